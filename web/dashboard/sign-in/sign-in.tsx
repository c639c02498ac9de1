import { useEffect, useState } from 'preact/hooks';
import { StrongroomClient } from '../../../client/index.ts';
import { useAction } from '../api.ts';
import { LanguageSwitch, useWords } from '../language.tsx';
import { baseUrl, beginSession, clientOf, hasExpired } from '../session.ts';
import { Field, PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { dictionary } from './words.ts';

const anonymous = new StrongroomClient({ baseUrl });

const methods = ['signIn', 'register', 'withKey'] as const;

type Method = (typeof methods)[number];

/** Signs in with an email address and password or an API key, or creates an account. */
export function SignIn() {
  const words = useWords(dictionary);
  const [method, setMethod] = useState<Method>('signIn');
  useEffect(() => {
    document.title = `${words[method]} · Strongroom`;
  }, [method, words]);
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
          <h1>{words[method]}</h1>
          {hasExpired() && <p class="warning">{words.expired}</p>}
          {method === 'withKey' ? <KeyForm /> : <PasswordForm key={method} method={method} />}
          <p class="other-ways">
            {methods
              .filter((each) => each !== method)
              .map((each) => (
                <button key={each} type="button" class="link" onClick={() => setMethod(each)}>
                  {words[`${each}Instead`]}
                </button>
              ))}
          </p>
        </div>
        <p class="note">{words.connections}</p>
      </main>
    </div>
  );
}

function PasswordForm({ method }: { readonly method: 'signIn' | 'register' }) {
  const words = useWords(dictionary);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    const operation = method === 'signIn' ? 'auth.login' : 'auth.register';
    const { body } = await anonymous.call(operation, { body: { email, password } });
    beginSession({ credential: { token: body.token }, user: body.user });
  });
  return (
    <Form action={action} submit={action.busy ? words.busy : words[method]}>
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
        {...(method === 'register' && { hint: words.passwordHint, minLength: 10 })}
        autocomplete={method === 'register' ? 'new-password' : 'current-password'}
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
