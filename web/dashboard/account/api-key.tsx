import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { beginSession, useSession } from '../session.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { dictionary } from './words.ts';
import { useConfirmed } from './wrong-password.ts';

export function ApiKey() {
  const words = useWords(dictionary);
  const [isOpen, setOpen] = useState(false);
  const [apiKey, setApiKey] = useState<string>();
  return (
    <section class="card" aria-labelledby="api-key-title">
      <h2 id="api-key-title">{words.apiKey}</h2>
      <p>{words.apiKeyLead}</p>
      {apiKey && <ShownOnce label={words.newKey} value={apiKey} note={words.newKeyLead} />}
      <p class="actions">
        <button type="button" onClick={() => setOpen(true)}>
          {words.replaceKey}
        </button>
      </p>
      {isOpen && <ReplaceDialog close={() => setOpen(false)} done={setApiKey} />}
    </section>
  );
}

type ReplaceProps = { readonly close: () => void; readonly done: (apiKey: string) => void };

function ReplaceDialog({ close, done }: ReplaceProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const session = useSession();
  const confirmed = useConfirmed();
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    const body = password === '' ? {} : { password };
    const { apiKey } = (await confirmed(client.call('auth.rotateApiKey', { body }))).body;
    if ('apiKey' in session.credential) beginSession({ ...session, credential: { apiKey } });
    done(apiKey);
    close();
  });
  return (
    <FormDialog title={words.replaceTitle} close={close} submit={words.replace} action={action} danger>
      <p>{words.replaceLead}</p>
      {/* Users without an e-mail address have no password. */}
      {session.user.email !== null && (
        <PasswordField
          label={words.password}
          hint={words.keyPasswordHint}
          autocomplete="current-password"
          value={password}
          change={setPassword}
        />
      )}
    </FormDialog>
  );
}
