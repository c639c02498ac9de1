import { type Command, textOf } from '../command.ts';
import { listAll } from '../lists.ts';

export const secrets: readonly Command[] = [
  {
    name: 'secrets list',
    summary: 'List the secrets that programs find in their environment',
    arity: [0, 0],
    async run({ terminal, client }) {
      const list = await listAll((query) => client.call('secrets.list', { query }));
      terminal.list(list, {
        NAME: ({ name }) => name,
        VERSION: ({ version }) => version,
        UPDATED: ({ updatedAt }) => updatedAt,
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
      });
      return 0;
    },
  },
  {
    name: 'secrets put',
    args: 'NAME',
    summary: 'Store a secret',
    details: 'The value is asked for, or read from a file; never from the command line.',
    example: 'strongroom secrets put DATABASE_URL --value-file url.txt',
    arity: [1, 1],
    options: { 'value-file': { type: 'string' }, description: { type: 'string' } },
    optionHelp: { 'value-file': 'file with the value; - is standard input', description: 'what it is for' },
    async run({ values, args: [name = ''], terminal, client }) {
      const value = await terminal.secret('Value', textOf(values, 'value-file'));
      const description = textOf(values, 'description');
      const { body } = await client.call('secrets.put', { params: { name }, body: { value, description } });
      terminal.answer(body, () => `${body.name}, version ${body.version}`);
      return 0;
    },
  },
  {
    name: 'secrets delete',
    args: 'NAME',
    summary: 'Delete a secret',
    arity: [1, 1],
    async run({ args: [name = ''], terminal, client }) {
      const { body } = await client.call('secrets.delete', { params: { name } });
      terminal.answer(body, () => '');
      return 0;
    },
  },
];
