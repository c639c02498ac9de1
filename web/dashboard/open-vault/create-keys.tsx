import { createKeys } from '../../../client/vault/keys.ts';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { Form } from '../ui/form.tsx';
import { loadCrypto } from './load-crypto.ts';
import { NewSecretFields, useNewSecret } from './new-secret.tsx';
import { useVaultAccess } from './provider.tsx';
import { dictionary } from './words.ts';

export function CreateKeys() {
  const words = useWords(dictionary);
  const client = useClient();
  const { unlock } = useVaultAccess();
  const secret = useNewSecret();
  const action = useAction(async () => {
    const chosen = secret.read();
    await createKeys(client, await loadCrypto(), chosen);
    await unlock(chosen);
  });
  return (
    <>
      <h2>{words.create}</h2>
      <p>{words.createLead}</p>
      <p class="warning">{words.noReset}</p>
      <Form action={action} submit={action.busy ? words.creating : words.createIt}>
        <NewSecretFields secret={secret} />
      </Form>
    </>
  );
}
