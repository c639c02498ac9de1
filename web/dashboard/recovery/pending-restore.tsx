import { useState } from 'preact/hooks';
import type { ResponseFor } from '../../../client/index.ts';
import { rekeyRestored } from '../../../client/vault/keys.ts';
import { WrongUserSecret } from '../../../crypto/errors.ts';
import { useClient, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { RekeyDialog } from '../open-vault/rekey-dialog.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { LoadedView } from '../ui/states.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

type Restore = NonNullable<ResponseFor<'recovery.getPendingRestore'>['body']['restore']>;

/** A restore of the user's own keys by a trustee, to veto or to use. */
export function PendingRestore() {
  const client = useClient();
  const loaded = useLoad(
    async (signal) => (await client.call('recovery.getPendingRestore', { signal })).body,
    [client],
  );
  return (
    <LoadedView loaded={loaded}>
      {({ restore }) => restore && <RestoreCard restore={restore} done={loaded.reload} />}
    </LoadedView>
  );
}

type RestoreCardProps = { readonly restore: Restore; readonly done: () => void };

function RestoreCard({ restore: { trusteeName, createdUtc, availableUtc }, done }: RestoreCardProps) {
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
      <h2 id="restore-title">{words.pending}</h2>
      <p>{fill(words.restoredBy, { name: trusteeName, time: moment(createdUtc) })}</p>
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
  const toast = useToast();
  const rekey = async (temporarySecret: string, newSecret: string) => {
    try {
      await rekeyRestored(client, await loadCrypto(), temporarySecret.trim(), newSecret);
    } catch (error) {
      throw error instanceof WrongUserSecret ? new Error(words.wrongTemporary) : error;
    }
    toast(words.finished);
    done();
  };
  return (
    <RekeyDialog
      title={words.finish}
      lead={words.finishLead}
      currentLabel={words.temporary}
      submit={words.finishIt}
      busy={words.working}
      close={close}
      rekey={rekey}
    />
  );
}

function VetoDialog({ close, done }: DialogProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const act = async () => {
    await client.call('recovery.vetoRestore');
    toast(words.vetoed);
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
