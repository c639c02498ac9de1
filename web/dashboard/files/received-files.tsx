import { allOf } from '../../../client/paging.ts';
import { openSharedVaultFile } from '../../../client/vault/download.ts';
import { type ListedSharedFile, receivedVaultFiles } from '../../../client/vault/files.ts';
import { useAction, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { LoadedList, Problem } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import type { Wanted } from './use-download.ts';
import { dictionary } from './words.ts';

/** Files that others share with the user. */
export function ReceivedFiles({ download }: { readonly download: (wanted: Wanted) => void }) {
  const words = useWords(dictionary);
  const { bytes, moment } = useFormats();
  const { vault } = useOpenVault();
  const loaded = useLoad((signal) => allOf(receivedVaultFiles(vault, { signal })), [vault]);
  const removal = useAction(async ({ shareId }: ListedSharedFile) => {
    await vault.client.call('fileShares.decline', { params: { shareId } });
    loaded.reload();
  });
  const open = async ({ shareId }: ListedSharedFile, options: Parameters<Wanted['open']>[0]) =>
    (await openSharedVaultFile(vault, shareId, options)).file;
  return (
    <section class="part" aria-labelledby="received-title">
      <h2 id="received-title">{words.received}</h2>
      {removal.error !== undefined && <Problem error={removal.error} />}
      <LoadedList loaded={loaded} empty={<p class="note">{words.noneReceived}</p>}>
        {(files) => (
          <Table
            rows={files}
            keyOf={({ shareId }) => shareId}
            columns={[
              { label: words.name, cell: ({ fileName }) => fileName },
              { label: words.owner, cell: ({ ownerName }) => ownerName },
              { label: words.size, cell: ({ sizeBytes }) => bytes(sizeBytes) },
              {
                label: words.expires,
                cell: ({ expiresUtc }) => (expiresUtc ? moment(expiresUtc) : words.never),
              },
            ]}
            actions={(file) => (
              <>
                <RowButton
                  label={words.download}
                  of={file.fileName}
                  press={() => download({ ...file, open: (options) => open(file, options) })}
                />
                <RowButton label={words.decline} of={file.fileName} press={() => removal.run(file)} />
              </>
            )}
          />
        )}
      </LoadedList>
    </section>
  );
}
