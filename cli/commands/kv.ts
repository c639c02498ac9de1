import type { StrongroomClient } from '../../client/index.ts';
import { vaultCryptoForNode } from '../../client/node.ts';
import { getVaultValue, putVaultValue, Vault } from '../../client/vault/index.ts';
import { command, type Entry } from '../command.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../list-all.ts';
import { text } from '../options.ts';
import { userSecretOptions } from '../user-secret.ts';
import { printValue, withVault } from '../vault.ts';

export const kv: readonly Entry[] = [
  { name: 'kv', summary: 'Store and read values of the vault' },
  command({
    name: 'kv list',
    summary: 'List the names of the values in the vault',
    async run({ terminal, client }) {
      const keys = await listKeys(client);
      terminal.result(keys, () => keys.join('\n'));
    },
  }),
  command({
    name: 'kv put',
    args: { '<key>': 'name of the value' },
    summary: 'Encrypt a value on this machine and store it in the vault',
    details: 'The value is encrypted for you and for everyone it is shared with. This needs no user secret.',
    examples: ['strongroom kv put app/config/url --value-file url.txt'],
    options: { 'value-file': text('file', 'read the value from this file (-: standard input)') },
    async run(context) {
      const { options, terminal, client } = context;
      const [key = ''] = context.args;
      const value = await terminal.secret('Value', options['value-file']);
      const trust = knownKeys(context);
      const vault = await Vault.locked(client, await vaultCryptoForNode(), { trust });
      const written = await putVaultValue(vault, key, Buffer.from(value));
      terminal.result(written, ({ version }) => `${key}, version ${version}`);
    },
  }),
  command({
    name: 'kv get',
    args: { '<key>': 'name of the value' },
    summary: 'Fetch a value of the vault and decrypt it on this machine',
    options: userSecretOptions,
    async run(context) {
      const { args, terminal } = context;
      printValue(terminal, await withVault(context, (vault) => getVaultValue(vault, args[0] ?? '')));
    },
  }),
  command({
    name: 'kv delete',
    args: { '<key>': 'name of the value' },
    summary: 'Delete a value and all its shares',
    async run({ args: [key = ''], terminal, client }) {
      const { body } = await client.call('kv.delete', { params: { key } });
      terminal.result(body, () => '');
    },
  }),
];

export function listKeys(client: StrongroomClient): Promise<string[]> {
  return listAll((query) => client.call('kv.list', { query }));
}
