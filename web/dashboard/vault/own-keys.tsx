import { useState } from 'preact/hooks';
import { rekey } from '../../../client/vault/keys.ts';
import { publicKeysOf } from '../../../client/vault/own-keys.ts';
import { fingerprintOf } from '../../../client/vault/trust.ts';
import { useWords } from '../language.tsx';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { Fingerprint } from '../open-vault/people.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { RekeyDialog } from '../open-vault/rekey-dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

/** The user's fingerprint, and a dialog to change the user secret. */
export function OwnKeys() {
  const words = useWords(dictionary);
  const { vault } = useOpenVault();
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="card part" aria-labelledby="keys-title">
      <h2 id="keys-title">{words.keys}</h2>
      <p>{words.keysLead}</p>
      <Fingerprint digits={fingerprintOf(vault.crypto, publicKeysOf(vault.me))} />
      <p class="actions">
        <button type="button" onClick={() => setOpen(true)}>
          {words.rekey}
        </button>
      </p>
      {isOpen && <ChangeSecretDialog close={() => setOpen(false)} />}
    </section>
  );
}

function ChangeSecretDialog({ close }: { readonly close: () => void }) {
  const words = useWords(dictionary);
  const toast = useToast();
  const { vault } = useOpenVault();
  return (
    <RekeyDialog
      title={words.rekey}
      lead={words.rekeyLead}
      currentLabel={words.currentSecret}
      submit={words.rekeyIt}
      busy={words.rekeying}
      close={close}
      rekey={async (currentSecret, newSecret) => {
        await rekey(vault.client, await loadCrypto(), currentSecret, newSecret);
        toast(words.rekeyed);
        close();
      }}
    />
  );
}
