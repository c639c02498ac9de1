import { useState } from 'preact/hooks';
import { allOf } from '../../../client/paging.ts';
import {
  getSharedVaultValue,
  type ReceivedShare,
  receivedVaultValues,
} from '../../../client/vault/shares.ts';
import { useAction, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { LoadedList, Problem } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { ValueDialog } from './value-dialog.tsx';
import { dictionary } from './words.ts';

const nameOf = ({ alias, key }: ReceivedShare) => alias ?? key;

/** Values that others share with the user. */
export function Received() {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const { vault } = useOpenVault();
  const [open, setOpen] = useState<ReceivedShare>();
  const loaded = useLoad((signal) => allOf(receivedVaultValues(vault, { signal })), [vault]);
  const removal = useAction(async ({ shareId }: ReceivedShare) => {
    await vault.client.call('kvShares.decline', { params: { shareId } });
    loaded.reload();
  });
  return (
    <section class="part" aria-labelledby="received-title">
      <h2 id="received-title">{words.received}</h2>
      {removal.error !== undefined && <Problem error={removal.error} />}
      <LoadedList loaded={loaded} empty={<p class="note">{words.noneReceived}</p>}>
        {(shares) => (
          <Table
            rows={shares}
            keyOf={({ shareId }) => shareId}
            columns={[
              { label: words.name, cell: (share) => <code>{nameOf(share)}</code> },
              { label: words.owner, cell: ({ ownerName }) => ownerName },
              {
                label: words.expires,
                cell: ({ expiresAt }) => (expiresAt ? moment(expiresAt) : words.never),
              },
            ]}
            actions={(share) => (
              <>
                <RowButton label={words.show} of={nameOf(share)} press={() => setOpen(share)} />
                <RowButton label={words.decline} of={nameOf(share)} press={() => removal.run(share)} />
              </>
            )}
          />
        )}
      </LoadedList>
      {open && (
        <ValueDialog
          name={nameOf(open)}
          load={() => getSharedVaultValue(vault, open.shareId)}
          close={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}
