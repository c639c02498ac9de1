import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { rekeyRestored } from '../../../client/vault/keys.ts';
import { WrongUserSecret } from '../../../crypto/errors.ts';
import { useAction, useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { NewSecretFields, useNewSecret } from '../open-vault/new-secret.tsx';
import { ConfirmDialog, FormDialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
import { LoadedView } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type Restore = NonNullable<ResponseFor<'recovery.getPendingRestore'>['body']['restore']>;

/** The user's own keys, brought back by a trustee: to be vetoed, or used. */
export function PendingRestore() {
  const client = useClient();
  const loaded = useLoad(
    async (signal) => (await client.call('recovery.getPendingRestore', { signal })).body,
    [client],
  );
  return (
    <LoadedView loaded={loaded}>
      {({ restore }) => restore && <Waiting restore={restore} done={loaded.reload} />}
    </LoadedView>
  );
}

type WaitingProps = { readonly restore: Restore; readonly done: () => void };

function Waiting({ restore: { trusteeName, createdUtc, availableUtc }, done }: WaitingProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const [open, setOpen] = useState<'finish' | 'veto'>();
  const isUsable = Date.parse(availableUtc) <= Date.now();
  const close = () => setOpen(undefined);
  const dialog = {
    close,
    done: () => {
      close();
      done();
    },
  };
  return (
    <section class="card" aria-labelledby="restore-title">
      <h2 id="restore-title">{words.waits}</h2>
      <p>{fill(words.broughtBy, { name: trusteeName, time: moment(createdUtc) })}</p>
      <p class="warning">{words.vetoLead}</p>
      {!isUsable && <p>{fill(words.usableFrom, { time: moment(availableUtc) })}</p>}
      <p class="actions">
        {isUsable && (
          <button type="button" class="primary" onClick={() => setOpen('finish')}>
            {words.finish}
          </button>
        )}
        <button type="button" onClick={() => setOpen('veto')}>
          {words.veto}
        </button>
      </p>
      {open === 'finish' && <FinishDialog {...dialog} />}
      {open === 'veto' && <VetoDialog {...dialog} />}
    </section>
  );
}

type DialogProps = { readonly close: () => void; readonly done: () => void };

function FinishDialog({ close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const [temporary, setTemporary] = useState('');
  const secret = useNewSecret();
  const action = useAction(async () => {
    const chosen = secret.read();
    try {
      await rekeyRestored(client, await loadCrypto(), temporary.trim(), chosen);
    } catch (error) {
      throw error instanceof WrongUserSecret ? new Error(words.wrongTemporary) : error;
    }
    say(words.finished);
    done();
  });
  return (
    <FormDialog
      title={words.finish}
      close={close}
      submit={action.busy ? words.working : words.finishIt}
      action={action}
    >
      <p>{words.finishLead}</p>
      <PasswordField
        label={words.temporary}
        autocomplete="off"
        required
        value={temporary}
        change={setTemporary}
      />
      <NewSecretFields secret={secret} />
    </FormDialog>
  );
}

function VetoDialog({ close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const act = async () => {
    await client.call('recovery.vetoRestore');
    say(words.vetoed);
    done();
  };
  return (
    <ConfirmDialog
      title={words.vetoTitle}
      lead={words.vetoConfirm}
      submit={words.veto}
      close={close}
      act={act}
    />
  );
}
