import { type Context, command, type Entry } from '../command.ts';
import {
  type Credentials,
  credentialsPath,
  deleteCredentials,
  readProfiles,
  readUsableProfiles,
  storeCredentials,
} from '../credentials.ts';
import { text, type ValuesOf } from '../options.ts';

const passwordOptions = {
  email: text('address', 'email address of the account'),
  'password-file': text('file', 'read the password from this file (-: standard input)'),
};

export const account: readonly Entry[] = [
  command({
    name: 'login',
    summary: 'Sign in and store the API key in a file that only you can read',
    details: 'Use an email address and a password, or an API key from an administrator (--api-key-file).',
    examples: [
      'strongroom login --url https://strongroom.example.com --email developer@example.com',
      'strongroom login --profile staging --url https://staging.example.com',
    ],
    anonymous: true,
    signsIn: true,
    options: passwordOptions,
    async run(context) {
      const { options, client, url, apiKey } = context;
      if (options['api-key-file'] === undefined || !apiKey) return enter('auth.login', context);
      const { body: me } = await client.call('users.getMe');
      return storeAccount(context, { url, apiKey, email: me.email });
    },
  }),
  command({
    name: 'register',
    summary: 'Create an account and sign in',
    examples: ['strongroom register --email developer@example.com'],
    anonymous: true,
    signsIn: true,
    options: passwordOptions,
    run: (context) => enter('auth.register', context),
  }),
  command({
    name: 'logout',
    summary: 'Delete the stored API key',
    anonymous: true,
    async run({ terminal, profile }) {
      deleteCredentials(profile);
      terminal.result({ signedOut: true }, () => '');
    },
  }),
  command({
    name: 'profiles',
    summary: 'List the servers and accounts that you are signed in to',
    details:
      "Use one of them with --profile for one command, or with STRONGROOM_PROFILE for all. 'strongroom login --profile' creates one.",
    anonymous: true,
    async run({ terminal }) {
      const profiles = [...readProfiles()].map(([name, { url, email }]) => ({ name, url, email }));
      terminal.list(profiles, {
        NAME: ({ name }) => name,
        URL: ({ url }) => url,
        EMAIL: ({ email }) => email,
      });
    },
  }),
  command({
    name: 'status',
    summary: 'Show the current user and server health',
    async run({ terminal, client, url }) {
      const [{ body: me }, { body: health }] = await Promise.all([
        client.call('users.getMe'),
        client.call('system.getHealth'),
      ]);
      const { id, name, email, orgId, role } = me;
      const value = { url, user: { id, name, email, orgId, role }, health };
      terminal.result(value, () => {
        const checks = Object.entries(health.checks).map(([part, state]) => `${part} ${state}`);
        return `${email ?? name} at ${url}, organization ${orgId}\n${health.status}: ${checks.join(', ')}`;
      });
      return health.status === 'ok' ? 0 : 1;
    },
  }),
];

/** Signs in with an email address and a password. */
async function enter(
  operation: 'auth.login' | 'auth.register',
  context: Context<ValuesOf<typeof passwordOptions>>,
): Promise<void> {
  const { options, terminal, client, url } = context;
  const email = options.email ?? (await terminal.ask('Email'));
  const password = await terminal.secret('Password', options['password-file']);
  const anonymous = client.withCredential(undefined);
  const { body } = await anonymous.call(operation, { body: { email, password } });
  if (body.apiKey === null) {
    throw new Error('an administrator rotated your API key; sign in with the new one (--api-key-file)');
  }
  storeAccount(context, { url, apiKey: body.apiKey, email });
}

function storeAccount({ terminal, profile }: Context, credentials: Credentials): void {
  const { url, email } = credentials;
  // Verification of the audit log concerns the server, not the user who signs in there.
  const previous = readUsableProfiles().get(profile);
  const auditLog = previous?.url === url ? previous.auditLog : undefined;
  storeCredentials(profile, { ...credentials, ...(auditLog && { auditLog }) });
  terminal.result(
    { url, email, profile },
    () => `Signed in at ${url}; the API key is stored in ${credentialsPath()}`,
  );
}
