import { type Command, type Context, textOf } from '../command.ts';
import {
  type Credentials,
  credentialsPath,
  forgetCredentials,
  keepCredentials,
  readProfiles,
  readUsableProfiles,
} from '../credentials.ts';

const passwordOptions = {
  email: { type: 'string' },
  'password-file': { type: 'string' },
} as const;
const passwordHelp = {
  email: 'address of the account',
  'password-file': 'file with the password; - is standard input',
};

export const account: readonly Command[] = [
  {
    name: 'login',
    summary: 'Sign in, and keep the API key in a file that only you can read',
    details:
      'With an e-mail address and a password, or with an API key that an administrator gave you (--api-key-file).',
    example: 'strongroom login --url https://strongroom.example.com --email developer@example.com',
    arity: [0, 0],
    anonymous: true,
    signsIn: true,
    options: passwordOptions,
    optionHelp: passwordHelp,
    async run(context) {
      const { values, client, url, apiKey } = context;
      if (values['api-key-file'] === undefined || !apiKey) return enter('auth.login', context);
      const { body: me } = await client.call('users.getMe');
      return keep(context, { url, apiKey, email: me.email });
    },
  },
  {
    name: 'register',
    summary: 'Make an account, and sign in',
    example: 'strongroom register --email developer@example.com',
    arity: [0, 0],
    anonymous: true,
    signsIn: true,
    options: passwordOptions,
    optionHelp: passwordHelp,
    run: (context) => enter('auth.register', context),
  },
  {
    name: 'logout',
    summary: 'Forget the API key',
    arity: [0, 0],
    anonymous: true,
    async run({ terminal, profile }) {
      forgetCredentials(profile);
      terminal.answer({ signedOut: true }, () => '');
      return 0;
    },
  },
  {
    name: 'profiles',
    summary: 'List the installations and accounts that you are signed in at',
    details:
      '--profile NAME has a command use one of them, and login make it; STRONGROOM_PROFILE names one for all commands.',
    example: 'strongroom login --profile staging --url https://staging.example.com',
    arity: [0, 0],
    anonymous: true,
    async run({ terminal }) {
      const profiles = [...readProfiles()].map(([name, { url, email }]) => ({ name, url, email }));
      terminal.list(profiles, {
        NAME: ({ name }) => name,
        URL: ({ url }) => url,
        'E-MAIL': ({ email }) => email,
      });
      return 0;
    },
  },
  {
    name: 'status',
    summary: 'Look who is signed in, and whether the installation is well',
    arity: [0, 0],
    async run({ terminal, client, url }) {
      const [{ body: me }, { body: health }] = await Promise.all([
        client.call('users.getMe'),
        client.call('system.getHealth'),
      ]);
      const { id, name, email, orgId, role } = me;
      const value = { url, user: { id, name, email, orgId, role }, health };
      terminal.answer(value, () => {
        const checks = Object.entries(health.checks).map(([part, state]) => `${part} ${state}`);
        return `${email ?? name} at ${url}, org ${orgId}\n${health.status}: ${checks.join(', ')}`;
      });
      return health.status === 'ok' ? 0 : 1;
    },
  },
];

/** By an e-mail address and a password, which both operations take and answer alike. */
async function enter(operation: 'auth.login' | 'auth.register', context: Context): Promise<number> {
  const { values, terminal, client, url } = context;
  const email = textOf(values, 'email') ?? (await terminal.ask('E-mail'));
  const password = await terminal.secret('Password', textOf(values, 'password-file'));
  const anonymous = client.withCredential(undefined);
  const { body } = await anonymous.call(operation, { body: { email, password } });
  return keep(context, { url, apiKey: present(body.apiKey), email });
}

/** An administrator's rotation has taken away the one that signing in would give. */
function present(apiKey: string | null): string {
  if (apiKey !== null) return apiKey;
  throw new Error('the API key was rotated; sign in with the new one (--api-key-file)');
}

function keep({ terminal, profile }: Context, credentials: Credentials): number {
  const { url, email } = credentials;
  // What was verified of the audit log is of the installation, whoever signs in there.
  const before = readUsableProfiles().get(profile);
  const auditLog = before?.url === url ? before.auditLog : undefined;
  keepCredentials(profile, { ...credentials, ...(auditLog && { auditLog }) });
  terminal.answer({ url, email, profile }, () => `Signed in at ${url}; the key is in ${credentialsPath()}`);
  return 0;
}
