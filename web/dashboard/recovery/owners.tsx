import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { ReleaseDialog } from './release-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { Phrase } from './trustees.tsx';
import { dictionary } from './words.ts';

export type Owner = ResponseFor<'recovery.listOwners'>['body'][number];

/** What a trustee hands over, once. */
export type Handover = { readonly label: string; readonly value: string; readonly note: string };

type Open = { readonly kind: 'release' | 'restore'; readonly owner: Owner };

/** Those whose trustee the user is. */
export function Owners() {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const [handover, setHandover] = useState<Handover>();
  const loaded = useLoad(
    (signal) => allOf(entriesOf((query) => client.call('recovery.listOwners', { signal, query }))),
    [client],
  );
  const close = () => setOpen(undefined);
  const done = (made: Handover) => {
    close();
    setHandover(made);
  };
  return (
    <section class="part" aria-labelledby="owners-title">
      <h2 id="owners-title">{words.owners}</h2>
      <p>{words.ownersLead}</p>
      {handover && (
        <div class="card">
          <ShownOnce {...handover} />
        </div>
      )}
      <LoadedList loaded={loaded} empty={<p class="note">{words.noOwners}</p>}>
        {(owners) => (
          <Table
            rows={owners}
            keyOf={({ ownerUserId }) => ownerUserId}
            columns={[
              { label: words.name, cell: ({ ownerName }) => ownerName },
              { label: words.phrase, cell: (owner) => <Phrase {...owner} /> },
              { label: words.since, cell: ({ updatedUtc }) => moment(updatedUtc) },
            ]}
            actions={(owner) => (
              <>
                <RowButton
                  label={words.release}
                  of={owner.ownerName}
                  press={() => setOpen({ kind: 'release', owner })}
                />
                <RowButton
                  label={words.restore}
                  of={owner.ownerName}
                  press={() => setOpen({ kind: 'restore', owner })}
                />
              </>
            )}
          />
        )}
      </LoadedList>
      {open?.kind === 'release' && (
        <ReleaseDialog
          owner={open.owner}
          close={close}
          done={(to, value) =>
            done({
              value,
              label: fill(words.partFor, { name: to, owner: open.owner.ownerName }),
              note: words.partNote,
            })
          }
        />
      )}
      {open?.kind === 'restore' && (
        <RestoreDialog
          owner={open.owner}
          close={close}
          done={(value) =>
            done({
              value,
              label: fill(words.temporaryFor, { name: open.owner.ownerName }),
              note: words.temporaryNote,
            })
          }
        />
      )}
    </section>
  );
}
