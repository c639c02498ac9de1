import { useState } from 'preact/hooks';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { ShownOnceCard, type ShownOnceProps } from '../ui/shown-once.tsx';
import { LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { ReleaseDialog } from './release-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { Phrase } from './trustees.tsx';
import type { Owner } from './types.ts';
import { dictionary } from './words.ts';

type Open = { readonly kind: 'release' | 'restore'; readonly owner: Owner };

/** The people whose keys the user can help to restore. */
export function Owners() {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const [shownOnce, setShownOnce] = useState<ShownOnceProps>();
  const loaded = useLoad(
    (signal) => allOf(entriesOf((query) => client.call('recovery.listOwners', { signal, query }))),
    [client],
  );
  const close = () => setOpen(undefined);
  const done = (result: ShownOnceProps) => {
    close();
    setShownOnce(result);
  };
  return (
    <section class="part" aria-labelledby="owners-title">
      <h2 id="owners-title">{words.owners}</h2>
      <p>{words.ownersLead}</p>
      {shownOnce && <ShownOnceCard {...shownOnce} />}
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
          done={(name, value) =>
            done({
              value,
              label: fill(words.shareFor, { name, owner: open.owner.ownerName }),
              note: words.shareNote,
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
