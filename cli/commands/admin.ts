import { parseAccessKey } from '../../crypto/server/access-key.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { listAll } from '../lists.ts';
import { oneOf, usersOf } from '../users.ts';

export const orgOptions = { org: { type: 'string' } } as const;
export const orgHelp = { org: 'id of the org; your own unless given' };

/** The org that a command is about. @throws UsageError where the global administrator, who is in none, names none */
export async function orgOf({ values, client, apiKey = '' }: Context): Promise<string> {
  const named = textOf(values, 'org');
  if (named !== undefined) return named;
  if (parseAccessKey(apiKey)?.prefix === 'sradm') throw new UsageError('--org says which org');
  return (await client.call('users.getMe')).body.orgId;
}

/** With the key of an org's admin, or of the global administrator (`--api-key-file`, STRONGROOM_API_KEY). */
export const admin: readonly Command[] = [
  {
    name: 'admin orgs',
    summary: 'List all orgs, as the global administrator',
    arity: [0, 0],
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('admin.listOrgs', { query })), {
        ID: ({ id }) => id,
        NAME: ({ name }) => name,
        CREATED: ({ createdUtc }) => createdUtc,
      });
      return 0;
    },
  },
  {
    name: 'admin orgs create',
    args: 'NAME',
    summary: 'Make an org, as the global administrator',
    example: "strongroom admin orgs create --api-key-file administrator-key 'Example Ltd'",
    arity: [1, 1],
    async run({ args: [name = ''], terminal, client }) {
      const { body } = await client.call('admin.createOrg', { body: { name } });
      terminal.answer(body, ({ id }) => id);
      return 0;
    },
  },
  {
    name: 'admin users',
    summary: 'List the users of an org, with their addresses',
    arity: [0, 0],
    options: orgOptions,
    optionHelp: orgHelp,
    async run(context) {
      const { terminal, client } = context;
      terminal.list(await usersOf(client, await orgOf(context)), {
        NAME: ({ name }) => name,
        'E-MAIL': ({ email }) => email,
        ROLE: ({ role }) => role,
        ID: ({ id }) => id,
      });
      return 0;
    },
  },
  {
    name: 'admin users create',
    args: 'NAME',
    summary: 'Make a user of an org, and get the API key',
    details:
      'The key is printed this once, on standard output: send it to the user, by strongroom send for example.',
    example: 'strongroom admin users create --email alice@example.com alice | strongroom send --max-access 1',
    arity: [1, 1],
    options: { ...orgOptions, email: { type: 'string' }, admin: { type: 'boolean' } },
    optionHelp: { ...orgHelp, email: 'address of the user', admin: 'an admin of the org' },
    async run(context) {
      const { values, args, terminal, client } = context;
      const orgId = await orgOf(context);
      const user = { name: args[0] ?? '', email: textOf(values, 'email'), isAdmin: values.admin === true };
      const { body } = await client.call('admin.createUser', { params: { orgId }, body: user });
      if (!terminal.json) terminal.note(`${body.name}, ${body.role} of ${orgId}: ${body.id}`);
      terminal.answer(body, ({ apiKey }) => apiKey);
      return 0;
    },
  },
  {
    name: 'admin users rotate',
    args: 'USER',
    summary: 'Replace a user’s API key, and get the new one',
    details:
      'The old one is refused from then on. USER is an id, a name that one user has, or an e-mail address.',
    arity: [1, 1],
    options: orgOptions,
    optionHelp: orgHelp,
    async run(context) {
      const { args, terminal, client } = context;
      const orgId = await orgOf(context);
      const userId = oneOf(await usersOf(client, orgId), args[0] ?? '');
      const { body } = await client.call('admin.rotateApiKey', { params: { orgId, userId } });
      terminal.answer(body, ({ apiKey }) => apiKey);
      return 0;
    },
  },
];
