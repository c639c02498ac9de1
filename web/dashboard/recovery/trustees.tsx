import { useState } from 'preact/hooks';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { Empty, LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { AppointDialog } from './appoint-dialog.tsx';
import type { Trustee } from './types.ts';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'appoint' } | { readonly kind: 'remove'; readonly trustee: Trustee };

/** The people who hold a share of the user's keys. */
export function Trustees() {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const loaded = useLoad(
    (signal) => allOf(entriesOf((query) => client.call('recovery.listTrustees', { signal, query }))),
    [client],
  );
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    loaded.reload();
  };
  return (
    <section class="part" aria-labelledby="trustees-title">
      <div class="heading">
        <h2 id="trustees-title">{words.trustees}</h2>
        <button type="button" class="primary" onClick={() => setOpen({ kind: 'appoint' })}>
          {words.appoint}
        </button>
      </div>
      <LoadedList loaded={loaded} empty={<Empty title={words.noTrustees} lead={words.noTrusteesLead} />}>
        {(trustees) => (
          <Table
            rows={trustees}
            keyOf={({ trusteeUserId }) => trusteeUserId}
            columns={[
              { label: words.name, cell: ({ trusteeName }) => trusteeName },
              { label: words.phrase, cell: (trustee) => <Phrase {...trustee} /> },
              { label: words.since, cell: ({ updatedUtc }) => moment(updatedUtc) },
            ]}
            actions={(trustee) => (
              <RowButton
                label={words.remove}
                of={trustee.trusteeName}
                press={() => setOpen({ kind: 'remove', trustee })}
              />
            )}
          />
        )}
      </LoadedList>
      {open?.kind === 'appoint' && <AppointDialog current={loaded.data ?? []} close={close} done={done} />}
      {open?.kind === 'remove' && (
        <RemoveDialog
          words={words}
          name={open.trustee.trusteeName}
          remove={() =>
            client.call('recovery.deleteTrustee', { params: { trusteeUserId: open.trustee.trusteeUserId } })
          }
          close={close}
          done={done}
        />
      )}
    </section>
  );
}

/** Whether a recovery phrase is required, and its hint. */
export function Phrase({ xorApplied, xorSaltHint }: Pick<Trustee, 'xorApplied' | 'xorSaltHint'>) {
  const words = useWords(dictionary);
  if (!xorApplied) return words.noPhrase;
  return [words.withPhrase, xorSaltHint].filter(Boolean).join(': ');
}
