import { command, type Entry } from '../command.ts';
import { listAll } from '../list-all.ts';
import { text } from '../options.ts';

export const secrets: readonly Entry[] = [
  { name: 'secrets', summary: 'Manage the secrets that programs read from their environment' },
  command({
    name: 'secrets list',
    summary: 'List the secrets that programs read from their environment',
    async run({ terminal, client }) {
      const list = await listAll((query) => client.call('secrets.list', { query }));
      terminal.list(list, {
        NAME: ({ name }) => name,
        VERSION: ({ version }) => version,
        UPDATED: ({ updatedAt }) => updatedAt,
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
      });
    },
  }),
  command({
    name: 'secrets put',
    args: { '<name>': 'name of the secret, and of the environment variable' },
    summary: 'Store a secret',
    details: 'Reads the value from a prompt or a file, never from an argument.',
    examples: ['strongroom secrets put DATABASE_URL --value-file url.txt'],
    options: {
      'value-file': text('file', 'read the value from this file (-: standard input)'),
      description: text('text', 'what the secret is for'),
    },
    async run({ options, args: [name = ''], terminal, client }) {
      const value = await terminal.secret('Value', options['value-file']);
      const { description } = options;
      const { body } = await client.call('secrets.put', { params: { name }, body: { value, description } });
      terminal.result(body, () => `${body.name}, version ${body.version}`);
    },
  }),
  command({
    name: 'secrets delete',
    args: { '<name>': 'name of the secret' },
    summary: 'Delete a secret',
    async run({ args: [name = ''], terminal, client }) {
      const { body } = await client.call('secrets.delete', { params: { name } });
      terminal.result(body, () => '');
    },
  }),
];
