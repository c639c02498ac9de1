import { useState } from 'preact/hooks';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { openVaultFile } from '../../../client/vault/download.ts';
import type { ListedFile } from '../../../client/vault/files.ts';
import { shareVaultFile } from '../../../client/vault/shares.ts';
import type { Vault } from '../../../client/vault/vault.ts';
import type { Loaded } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import type { Shareable } from '../open-vault/shareable.ts';
import { SharingDialog } from '../open-vault/sharing-dialog.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import type { Wanted } from './use-download.ts';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'share' | 'remove'; readonly file: ListedFile };

type FilesProps = {
  readonly loaded: Loaded<readonly ListedFile[]>;
  readonly download: (wanted: Wanted) => void;
};

export function OwnFiles({ loaded, download }: FilesProps) {
  const words = useWords(dictionary);
  const { bytes, moment } = useFormats();
  const { vault } = useOpenVault();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <section class="part" aria-labelledby="own-title">
      <h2 id="own-title">{words.own}</h2>
      <LoadedList loaded={loaded} empty={<p class="note">{words.none}</p>}>
        {(files) => (
          <Table
            rows={files}
            keyOf={({ id }) => id}
            columns={[
              { label: words.name, cell: ({ fileName }) => fileName },
              { label: words.size, cell: ({ sizeBytes }) => bytes(sizeBytes) },
              { label: words.updated, cell: ({ updatedUtc }) => moment(updatedUtc) },
            ]}
            actions={(file) => (
              <>
                <RowButton
                  label={words.download}
                  of={file.fileName}
                  press={() =>
                    download({ ...file, open: (options) => openVaultFile(vault, file.id, options) })
                  }
                />
                <RowButton
                  label={words.share}
                  of={file.fileName}
                  press={() => setOpen({ kind: 'share', file })}
                />
                <RowButton
                  label={words.remove}
                  of={file.fileName}
                  press={() => setOpen({ kind: 'remove', file })}
                />
              </>
            )}
          />
        )}
      </LoadedList>
      {open?.kind === 'share' && <SharingDialog shareable={shareableOf(vault, open.file)} close={close} />}
      {open?.kind === 'remove' && (
        <RemoveDialog
          words={words}
          name={open.file.fileName}
          remove={() => vault.client.call('files.delete', { params: { id: open.file.id } })}
          close={close}
          done={() => {
            close();
            loaded.reload();
          }}
        />
      )}
    </section>
  );
}

function shareableOf(vault: Vault, { id, fileName }: ListedFile): Shareable {
  const { client } = vault;
  return {
    name: fileName,
    list: (signal) =>
      allOf(entriesOf((query) => client.call('fileShares.list', { params: { id }, signal, query }))),
    share: (terms) => shareVaultFile(vault, id, terms),
    revoke: (recipientUserId) => client.call('fileShares.revoke', { params: { id, recipientUserId } }),
  };
}
