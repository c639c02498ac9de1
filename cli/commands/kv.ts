import type { StrongroomClient } from '../../client/index.ts';
import { type Command, textOf } from '../command.ts';
import { entriesOf } from '../lists.ts';
import { readUserSecret, userSecretHeader, userSecretHelp, userSecretOptions } from '../user-secret.ts';

export const kv: readonly Command[] = [
  {
    name: 'kv list',
    summary: 'List the names of the values in the vault',
    arity: [0, 0],
    async run({ terminal, client }) {
      const names = await namesOf(client);
      terminal.answer(names, () => names.join('\n'));
      return 0;
    },
  },
  {
    name: 'kv put',
    args: 'KEY',
    summary: 'Store a value in the vault',
    example: 'strongroom kv put app/config/url --value-file url.txt',
    arity: [1, 1],
    options: { 'value-file': { type: 'string' } },
    optionHelp: { 'value-file': 'file with the value; - is standard input' },
    async run({ values, args: [key = ''], terminal, client }) {
      const value = await terminal.secret('Value', textOf(values, 'value-file'));
      const valueB64 = Buffer.from(value).toString('base64');
      const { body } = await client.call('kv.put', { params: { key }, body: { valueB64 } });
      terminal.answer(body, () => `${body.key}, version ${body.version}`);
      return 0;
    },
  },
  {
    name: 'kv get',
    args: 'KEY',
    summary: 'Read a value of the vault',
    details: 'The user secret goes to the API with this call, as the reference has it.',
    arity: [1, 1],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { args, terminal, client } = context;
      const headers = userSecretHeader(await readUserSecret(context));
      const { body } = await client.call('kv.get', { params: { key: args[0] ?? '' }, headers });
      if (terminal.json) terminal.print(JSON.stringify(body));
      else terminal.content(Buffer.from(body.valueB64, 'base64'));
      return 0;
    },
  },
  {
    name: 'kv delete',
    args: 'KEY',
    summary: 'Delete a value, and all shares of it',
    arity: [1, 1],
    async run({ args: [key = ''], terminal, client }) {
      const { body } = await client.call('kv.delete', { params: { key } });
      terminal.answer(body, () => '');
      return 0;
    },
  },
];

export function namesOf(client: StrongroomClient): Promise<string[]> {
  return entriesOf((query) => client.call('kv.list', { query }));
}
