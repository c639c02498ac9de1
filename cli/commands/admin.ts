import { parseAccessKey } from '../../crypto/server/access-key.ts';
import { type Context, command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { listAll } from '../list-all.ts';
import { flag, text, type ValuesOf } from '../options.ts';
import { findUser, usersOf } from '../users.ts';

export const orgOptions = { org: text('id', 'ID of the organization (default: your own)') };

/**
 * Returns the ID of the organization that a command is about. Throws `UsageError` if the global administrator, who
 * belongs to none, does not name one.
 */
export async function orgOf(context: Context<ValuesOf<typeof orgOptions>>): Promise<string> {
  const { options, client, apiKey = '' } = context;
  if (options.org !== undefined) return options.org;
  if (parseAccessKey(apiKey)?.prefix === 'sradm') {
    throw new UsageError('the global administrator must name an organization with --org <id>');
  }
  return (await client.call('users.getMe')).body.orgId;
}

/** Commands for an organization's admin, or for the global administrator (`--api-key-file`, STRONGROOM_API_KEY). */
export const admin: readonly Entry[] = [
  { name: 'admin', summary: 'Administer organizations, their users and their limits' },
  command({
    name: 'admin orgs',
    summary: 'List all organizations, as the global administrator',
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('admin.listOrgs', { query })), {
        ID: ({ id }) => id,
        NAME: ({ name }) => name,
        CREATED: ({ createdUtc }) => createdUtc,
      });
    },
  }),
  command({
    name: 'admin orgs create',
    args: { '<name>': 'name of the organization' },
    summary: 'Create an organization, as the global administrator',
    examples: ["strongroom admin orgs create --api-key-file administrator-key 'Example Ltd'"],
    async run({ args: [name = ''], terminal, client }) {
      const { body } = await client.call('admin.createOrg', { body: { name } });
      terminal.result(body, ({ id }) => id);
    },
  }),
  command({
    name: 'admin users',
    summary: 'List the users of an organization with their email addresses',
    options: orgOptions,
    async run(context) {
      const { terminal, client } = context;
      terminal.list(await usersOf(client, await orgOf(context)), {
        NAME: ({ name }) => name,
        EMAIL: ({ email }) => email,
        ROLE: ({ role }) => role,
        ID: ({ id }) => id,
      });
    },
  }),
  command({
    name: 'admin users create',
    args: { '<name>': 'name of the user' },
    summary: 'Create a user and print their API key',
    details: 'The key is printed only once. Send it to the user, for example with strongroom send.',
    examples: [
      'strongroom admin users create --email alice@example.com alice | strongroom send --max-access 1',
    ],
    options: {
      ...orgOptions,
      email: text('address', 'email address of the user'),
      admin: flag('make the user an admin of the organization'),
    },
    async run(context) {
      const { options, args, terminal, client } = context;
      const orgId = await orgOf(context);
      const user = { name: args[0] ?? '', email: options.email, isAdmin: options.admin };
      const { body } = await client.call('admin.createUser', { params: { orgId }, body: user });
      if (!terminal.json) terminal.note(`Created ${body.name} (${body.role} of ${orgId}) with ID ${body.id}`);
      terminal.result(body, ({ apiKey }) => apiKey);
    },
  }),
  command({
    name: 'admin users rotate',
    args: { '<user>': 'ID, unique name or email address' },
    summary: "Replace a user's API key and print the new one",
    details: 'The old key stops working immediately.',
    options: orgOptions,
    async run(context) {
      const { args, terminal, client } = context;
      const orgId = await orgOf(context);
      const userId = findUser(await usersOf(client, orgId), args[0] ?? '');
      const { body } = await client.call('admin.rotateApiKey', { params: { orgId, userId } });
      terminal.result(body, ({ apiKey }) => apiKey);
    },
  }),
];
