import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAction, useClient, useLoad } from '../api.ts';
import { useWords } from '../language.tsx';
import { PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadedView } from '../ui/states.tsx';
import { CreateKeys } from './create-keys.tsx';
import { useVaultAccess } from './provider.tsx';
import { dictionary } from './words.ts';

/** Shows what is in it once the vault is open, and until then the way to open it. */
export function VaultGate({ children }: { readonly children: ComponentChildren }) {
  const { open } = useVaultAccess();
  return open ? children : <Locked />;
}

export function LockButton() {
  const words = useWords(dictionary);
  const { open, lock } = useVaultAccess();
  if (!open) return null;
  return (
    <button type="button" onClick={lock}>
      {words.lock}
    </button>
  );
}

function Locked() {
  const words = useWords(dictionary);
  const client = useClient();
  const loaded = useLoad(async (signal) => (await client.call('keys.status', { signal })).body, [client]);
  // Whoever is in between on plain HTTP could have changed this very page, to read what is typed into it.
  if (!isSecureContext) return <p class="warning">{words.insecure}</p>;
  return (
    <LoadedView loaded={loaded}>
      {({ hasEcc }) => <div class="card narrow">{hasEcc ? <Unlock /> : <CreateKeys />}</div>}
    </LoadedView>
  );
}

function Unlock() {
  const words = useWords(dictionary);
  const { unlock, wasIdle } = useVaultAccess();
  const [secret, setSecret] = useState('');
  const action = useAction(() => unlock(secret));
  return (
    <>
      <h2>{words.locked}</h2>
      {wasIdle && <p class="warning">{words.wasIdle}</p>}
      <Form action={action} submit={action.busy ? words.unlocking : words.unlock}>
        <PasswordField
          label={words.userSecret}
          hint={words.userSecretHint}
          autocomplete="off"
          required
          value={secret}
          change={setSecret}
        />
      </Form>
    </>
  );
}
