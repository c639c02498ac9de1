import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAction, useClient, useLoad } from '../api.ts';
import { useWords } from '../language.tsx';
import { addressOfSection } from '../route.ts';
import { Form } from '../ui/form.tsx';
import { LoadedView } from '../ui/states.tsx';
import { CreateKeys } from './create-keys.tsx';
import { useVaultAccess } from './provider.tsx';
import { UserSecretField } from './user-secret-field.tsx';
import { dictionary } from './words.ts';

/** Shows its children once the vault is open, and until then a form to unlock it or to create keys. */
export function VaultGate({ children }: { readonly children: ComponentChildren }) {
  const { open } = useVaultAccess();
  if (open) return children;
  return (
    <SecureOnly>
      <Locked />
    </SecureOnly>
  );
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

/** Shows its children only if it is safe to enter a user secret. */
export function SecureOnly({ children }: { readonly children: ComponentChildren }) {
  const words = useWords(dictionary);
  // On plain HTTP an attacker could have changed this very page to read what is typed into it.
  return isSecureContext ? children : <p class="warning">{words.insecure}</p>;
}

function Locked() {
  const client = useClient();
  const loaded = useLoad(async (signal) => (await client.call('keys.getStatus', { signal })).body, [client]);
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
        <UserSecretField value={secret} change={setSecret} />
      </Form>
      <p class="other-ways">
        <a href={addressOfSection('recovery')}>{words.forgotten}</a>
      </p>
    </>
  );
}
