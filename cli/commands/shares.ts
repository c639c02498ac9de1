import type { ResponseFor, StrongroomClient } from '../../client/index.ts';
import { type NewShare, shareVaultFile, shareVaultValue, type Vault } from '../../client/vault/index.ts';
import { type Context, command, type Entry } from '../command.ts';
import { expiry } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { listAll } from '../list-all.ts';
import { required, text } from '../options.ts';
import { userSecretOptions } from '../user-secret.ts';
import { userIdOf } from '../users.ts';
import { withVault } from '../vault.ts';

type Share = ResponseFor<'kvShares.list'>['body'][number];

/** The operations on the shares of one value or file. */
type Shareable = {
  create(vault: Vault, share: NewShare, alias: string | undefined): Promise<object>;
  list(): Promise<readonly Share[]>;
  revoke(recipientUserId: string): Promise<{ readonly body: object }>;
};

const kinds = {
  kv: (client: StrongroomClient, key: string): Shareable => ({
    create: (vault, share, alias) =>
      shareVaultValue(vault, key, { ...share, ...(alias !== undefined && { alias }) }),
    list: () => listAll((query) => client.call('kvShares.list', { params: { key }, query })),
    revoke: (recipientUserId) => client.call('kvShares.revoke', { params: { key, recipientUserId } }),
  }),
  file: (client: StrongroomClient, id: string): Shareable => ({
    create(vault, share, alias) {
      if (alias !== undefined) throw new UsageError('--alias applies to values only; a file keeps its name');
      return shareVaultFile(vault, id, share);
    },
    list: () => listAll((query) => client.call('fileShares.list', { params: { id }, query })),
    revoke: (recipientUserId) => client.call('fileShares.revoke', { params: { id, recipientUserId } }),
  }),
};

const shareableArgs = {
  '<kind>': { help: 'whether it is a value or a file', choices: Object.keys(kinds) },
  '<key-or-id>': 'name of the value, or ID of the file',
} as const;

export const shares: readonly Entry[] = [
  command({
    name: 'share',
    args: shareableArgs,
    summary: 'Let another user of your organization read a value or a file',
    details:
      "Wraps its key to the user's public keys on this machine. Compare their fingerprint first (strongroom users).",
    examples: ['strongroom share kv app/database-url --with alice --expires 30d'],
    options: {
      ...userSecretOptions,
      with: required(text('user', 'recipient: ID or unique name')),
      expires: expiry('end the share after this time, such as 12h or 30d (default: never)'),
      alias: text('name', 'encrypted name under which the recipient sees a value'),
    },
    async run(context) {
      const { options, terminal, client } = context;
      const { expires, alias, with: recipient } = options;
      const shareable = shareableOf(context);
      const recipientUserId = await userIdOf(client, recipient);
      const share = { recipientUserId, ...(expires && { expires }) };
      const created = await withVault(context, (vault) => shareable.create(vault, share, alias));
      const end = expires?.toISOString() ?? 'you unshare it';
      terminal.result(created, () => `Shared with ${recipient} (${recipientUserId}) until ${end}`);
    },
  }),
  command({
    name: 'unshare',
    args: shareableArgs,
    summary: 'Revoke a share of a value or a file',
    options: { with: required(text('user', 'recipient: ID or unique name')) },
    async run(context) {
      const { options, terminal, client } = context;
      const { body } = await shareableOf(context).revoke(await userIdOf(client, options.with));
      terminal.result(body, () => '');
    },
  }),
  command({
    name: 'shares',
    args: shareableArgs,
    summary: 'List the shares of a value or a file, and when they were read',
    async run(context) {
      context.terminal.list(await shareableOf(context).list(), {
        WITH: ({ recipientName }) => recipientName,
        ID: ({ recipientUserId }) => recipientUserId,
        EXPIRES: ({ expiresUtc }) => expiresUtc ?? 'never',
        'FIRST READ': ({ firstAccessUtc }) => firstAccessUtc ?? 'never',
        'LAST READ': ({ lastAccessUtc }) => lastAccessUtc ?? 'never',
      });
    },
  }),
];

function shareableOf({ args: [kind, name = ''], client }: Context): Shareable {
  return kinds[kind as keyof typeof kinds](client, name);
}
