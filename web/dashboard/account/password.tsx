import { useState } from 'preact/hooks';
import { useAction, useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { beginSession, useSession } from '../session.ts';
import { PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToast } from '../ui/toast.tsx';
import { dictionary } from './words.ts';
import { useConfirmed } from './wrong-password.ts';

export function Password({ email }: { readonly email: string }) {
  const words = useWords(dictionary);
  const client = useClient();
  const say = useToast();
  const { credential } = useSession();
  const confirmed = useConfirmed();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const action = useAction(async () => {
    const body = { currentPassword, newPassword };
    const { token, user } = (await confirmed(client.call('auth.changePassword', { body }))).body;
    // The token of this session is refused from now on; an API key goes on.
    if ('token' in credential) beginSession({ credential: { token }, user });
    setCurrent('');
    setNew('');
    say(words.passwordChanged);
  });
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{words.password}</h2>
      <p>{words.passwordLead}</p>
      <Form action={action} submit={words.changePassword}>
        {/* For password managers, which keep the new password under it. */}
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
