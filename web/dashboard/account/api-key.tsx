import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { beginSession, useSession } from '../session.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/field.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { usePasswordCheck } from './use-password-check.ts';
import { dictionary } from './words.ts';

export function ApiKey() {
  const words = useWords(dictionary);
  const [isOpen, setOpen] = useState(false);
  const [apiKey, setApiKey] = useState<string>();
  return (
    <section class="card" aria-labelledby="api-key-title">
      <h2 id="api-key-title">{words.apiKey}</h2>
      <p>{words.apiKeyLead}</p>
      {apiKey && <ShownOnce label={words.newKey} value={apiKey} note={words.newKeyNote} />}
      <p class="actions">
        <button type="button" onClick={() => setOpen(true)}>
          {words.rotate}
        </button>
      </p>
      {isOpen && <RotateDialog close={() => setOpen(false)} done={setApiKey} />}
    </section>
  );
}

type RotateProps = { readonly close: () => void; readonly done: (apiKey: string) => void };

function RotateDialog({ close, done }: RotateProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const session = useSession();
  const checked = usePasswordCheck();
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    const body = password === '' ? {} : { password };
    const { apiKey } = (await checked(client.call('auth.rotateApiKey', { body }))).body;
    if ('apiKey' in session.credential) beginSession({ ...session, credential: { apiKey } });
    done(apiKey);
    close();
  });
  return (
    <FormDialog title={words.rotateTitle} close={close} submit={words.rotateIt} action={action} danger>
      <p>{words.rotateLead}</p>
      {/* Users without an email address have no password. */}
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
