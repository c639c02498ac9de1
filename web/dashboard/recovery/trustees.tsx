import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { allOf, entriesOf } from '../../../client/paging.ts';
import { useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Empty, LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { AppointDialog } from './appoint-dialog.tsx';
import { dictionary } from './words.ts';

export type Trustee = ResponseFor<'recovery.listTrustees'>['body'][number];

type Open = { readonly kind: 'appoint' } | { readonly kind: 'takeBack'; readonly trustee: Trustee };

/** Whom the user trusts with a share of their keys. */
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
                label={words.takeBack}
                of={trustee.trusteeName}
                press={() => setOpen({ kind: 'takeBack', trustee })}
              />
            )}
          />
        )}
      </LoadedList>
      {open?.kind === 'appoint' && <AppointDialog present={loaded.data ?? []} close={close} done={done} />}
      {open?.kind === 'takeBack' && <TakeBackDialog trustee={open.trustee} close={close} done={done} />}
    </section>
  );
}

/** Whether a phrase is needed too, and what reminds of it. */
export function Phrase({ xorApplied, xorSaltHint }: Pick<Trustee, 'xorApplied' | 'xorSaltHint'>) {
  const words = useWords(dictionary);
  if (!xorApplied) return words.noPhrase;
  return [words.withPhrase, xorSaltHint].filter(Boolean).join(': ');
}

type TakeBackProps = {
  readonly trustee: Trustee;
  readonly close: () => void;
  readonly done: () => void;
};

function TakeBackDialog({ trustee: { trusteeUserId, trusteeName: name }, close, done }: TakeBackProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const act = async () => {
    await client.call('recovery.deleteTrustee', { params: { trusteeUserId } });
    say(fill(words.takenBack, { name }));
    done();
  };
  return (
    <ConfirmDialog
      title={fill(words.takeBackTitle, { name })}
      lead={words.takeBackLead}
      submit={words.takeBack}
      close={close}
      act={act}
    />
  );
}
