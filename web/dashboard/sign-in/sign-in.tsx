import { useEffect, useState } from 'preact/hooks';
import { StrongroomClient } from '../../../client/index.ts';
import { useAction } from '../api.ts';
import { LanguageSwitch, useWords } from '../language.tsx';
import { baseUrl, beginSession, clientOf, hasExpired } from '../session.ts';
import { Field, PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { dictionary } from './words.ts';

const anonymous = new StrongroomClient({ baseUrl });

const ways = ['signIn', 'register', 'withKey'] as const;

type Way = (typeof ways)[number];

/** Sign in by e-mail address and password or by an API key, or make an account. */
export function SignIn() {
  const words = useWords(dictionary);
  const [way, setWay] = useState<Way>('signIn');
  useEffect(() => {
    document.title = `${words[way]} · Strongroom`;
  }, [way, words]);
  return (
    <div class="outside">
      <header class="top">
        <p class="brand">
          <span class="mark" aria-hidden="true" />
          Strongroom
        </p>
        <LanguageSwitch />
      </header>
      <main class="welcome">
        <div class="card">
          <h1>{words[way]}</h1>
          {hasExpired() && <p class="warning">{words.expired}</p>}
          {way === 'withKey' ? <KeyForm /> : <PasswordForm key={way} way={way} />}
          <p class="other-ways">
            {ways
              .filter((each) => each !== way)
              .map((each) => (
                <button key={each} type="button" class="link" onClick={() => setWay(each)}>
                  {words[`${each}Instead`]}
                </button>
              ))}
          </p>
        </div>
        <p class="note">{words.keptHere}</p>
      </main>
    </div>
  );
}

function PasswordForm({ way }: { readonly way: 'signIn' | 'register' }) {
  const words = useWords(dictionary);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    const operation = way === 'signIn' ? 'auth.login' : 'auth.register';
    const { body } = await anonymous.call(operation, { body: { email, password } });
    beginSession({ credential: { token: body.token }, user: body.user });
  });
  return (
    <Form action={action} submit={action.busy ? words.busy : words[way]}>
      <Field
        label={words.email}
        type="email"
        autocomplete="username"
        required
        maxLength={254}
        value={email}
        change={setEmail}
      />
      <PasswordField
        label={words.password}
        {...(way === 'register' && { hint: words.passwordHint, minLength: 10 })}
        autocomplete={way === 'register' ? 'new-password' : 'current-password'}
        required
        value={password}
        change={setPassword}
      />
    </Form>
  );
}

function KeyForm() {
  const words = useWords(dictionary);
  const [apiKey, setApiKey] = useState('');
  const action = useAction(async () => {
    const credential = { apiKey: apiKey.trim() };
    const { body } = await clientOf({ credential }).call('users.getMe');
    const { id, orgId, role, email, name } = body;
    beginSession({ credential, user: { id, orgId, role, email, name } });
  });
  return (
    <Form action={action} submit={action.busy ? words.busy : words.signIn}>
      <PasswordField
        label={words.apiKey}
        hint={words.apiKeyHint}
        autocomplete="off"
        required
        value={apiKey}
        change={setApiKey}
      />
    </Form>
  );
}
