import { useState } from 'preact/hooks';
import { rekey } from '../../../client/vault/keys.ts';
import { publicKeysOf } from '../../../client/vault/own-keys.ts';
import { fingerprintOf } from '../../../client/vault/trust.ts';
import { useAction } from '../api.ts';
import { useWords } from '../language.tsx';
import { loadCrypto } from '../open-vault/load-crypto.ts';
import { NewSecretFields, useNewSecret } from '../open-vault/new-secret.tsx';
import { Fingerprint } from '../open-vault/people.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';

/** What others compare, and another user secret. */
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
      {isOpen && <RekeyDialog close={() => setOpen(false)} />}
    </section>
  );
}

function RekeyDialog({ close }: { readonly close: () => void }) {
  const words = useWords(dictionary);
  const say = useToast();
  const { vault } = useOpenVault();
  const [present, setPresent] = useState('');
  const secret = useNewSecret();
  const action = useAction(async () => {
    const chosen = secret.read();
    await rekey(vault.client, await loadCrypto(), present, chosen);
    say(words.rekeyed);
    close();
  });
  return (
    <FormDialog
      title={words.rekey}
      close={close}
      submit={action.busy ? words.rekeying : words.rekeyIt}
      action={action}
    >
      <p>{words.rekeyLead}</p>
      <PasswordField
        label={words.presentSecret}
        autocomplete="off"
        required
        value={present}
        change={setPresent}
      />
      <NewSecretFields secret={secret} />
    </FormDialog>
  );
}
