import type { StrongroomClient } from '../../client/index.ts';
import { vaultCryptoForNode } from '../../client/node.ts';
import { getVaultValue, putVaultValue, Vault } from '../../client/vault/index.ts';
import { type Command, textOf } from '../command.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../lists.ts';
import { userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { printValue, withVault } from '../vault.ts';

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
    summary: 'Encrypt a value here, and store it in the vault',
    details: 'For your keys, and those of everybody with whom it is shared. It takes no user secret.',
    example: 'strongroom kv put app/config/url --value-file url.txt',
    arity: [1, 1],
    options: { 'value-file': { type: 'string' } },
    optionHelp: { 'value-file': 'file with the value; - is standard input' },
    async run(context) {
      const { values, terminal, client } = context;
      const [key = ''] = context.args;
      const value = await terminal.secret('Value', textOf(values, 'value-file'));
      const trust = knownKeys(context);
      const vault = await Vault.locked(client, await vaultCryptoForNode(), { trust });
      const written = await putVaultValue(vault, key, Buffer.from(value));
      terminal.answer(written, ({ version }) => `${key}, version ${version}`);
      return 0;
    },
  },
  {
    name: 'kv get',
    args: 'KEY',
    summary: 'Fetch a value of the vault, and decrypt it here',
    details: 'The user secret stays here.',
    arity: [1, 1],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { args, terminal } = context;
      printValue(terminal, await withVault(context, (vault) => getVaultValue(vault, args[0] ?? '')));
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
  return listAll((query) => client.call('kv.list', { query }));
}
