import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { beginSession, useSession } from '../session.ts';
import { PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToast } from '../ui/toast.tsx';
import { usePasswordCheck } from './use-password-check.ts';
import { dictionary } from './words.ts';

export function Password({ email }: { readonly email: string }) {
  const words = useWords(dictionary);
  const client = useClient();
  const toast = useToast();
  const { credential } = useSession();
  const checked = usePasswordCheck();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const action = useAction(async () => {
    const body = { currentPassword, newPassword };
    const { token, user } = (await checked(client.call('auth.changePassword', { body }))).body;
    // The server has revoked this session's token. An API key stays valid.
    if ('token' in credential) beginSession({ credential: { token }, user });
    setCurrent('');
    setNew('');
    toast(words.passwordChanged);
  });
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{words.password}</h2>
      <p>{words.passwordLead}</p>
      <Form action={action} submit={words.changePassword}>
        {/* Password managers store the new password under this name. */}
        <input type="hidden" autocomplete="username" value={email} />
        <PasswordField
          label={words.currentPassword}
          autocomplete="current-password"
          required
          value={currentPassword}
          change={setCurrent}
        />
        <PasswordField
          label={words.newPassword}
          hint={words.newPasswordHint}
          autocomplete="new-password"
          required
          minLength={10}
          value={newPassword}
          change={setNew}
        />
      </Form>
    </section>
  );
}
