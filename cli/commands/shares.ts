import type { ResponseFor, StrongroomClient } from '../../client/index.ts';
import { type NewShare, shareVaultFile, shareVaultValue, type Vault } from '../../client/vault/index.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { durationHelp, timeOf } from '../duration.ts';
import { listAll } from '../lists.ts';
import { userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { userIdOf } from '../users.ts';
import { withVault } from '../vault.ts';

type Grant = ResponseFor<'kvShares.list'>['body'][number];
/** What can be done with the shares of a thing, whatever it is. */
type Shared = {
  create(vault: Vault, share: NewShare, alias: string | undefined): Promise<object>;
  list(): Promise<readonly Grant[]>;
  revoke(recipientUserId: string): Promise<{ readonly body: object }>;
};

const kinds: Readonly<Record<string, (client: StrongroomClient, name: string) => Shared>> = {
  kv: (client, key) => ({
    create: (vault, share, alias) =>
      shareVaultValue(vault, key, { ...share, ...(alias !== undefined && { alias }) }),
    list: () => listAll((query) => client.call('kvShares.list', { params: { key }, query })),
    revoke: (recipientUserId) => client.call('kvShares.revoke', { params: { key, recipientUserId } }),
  }),
  file: (client, id) => ({
    create(vault, share, alias) {
      if (alias !== undefined) throw new UsageError('--alias is for values; a file has its name');
      return shareVaultFile(vault, id, share);
    },
    list: () => listAll((query) => client.call('fileShares.list', { params: { id }, query })),
    revoke: (recipientUserId) => client.call('fileShares.revoke', { params: { id, recipientUserId } }),
  }),
};

const what = 'kv|file KEY|ID';

export const shares: readonly Command[] = [
  {
    name: 'share',
    args: what,
    summary: 'Share a value, or a file, with another user of your org, to read',
    details:
      'Its key is wrapped to theirs here: compare their fingerprint (strongroom users) before. The user secret stays here.',
    example: 'strongroom share kv app/database-url --with alice --expires 30d',
    arity: [2, 2],
    options: {
      ...userSecretOptions,
      with: { type: 'string' },
      expires: { type: 'string' },
      alias: { type: 'string' },
    },
    optionHelp: {
      ...userSecretHelp,
      with: 'who: a name or an id (strongroom users)',
      expires: `after how long it ends: ${durationHelp}; it does not unless given`,
      alias: 'what the recipient sees a value as; it is encrypted like it',
    },
    async run(context) {
      const { values, terminal } = context;
      const shared = sharedOf(context);
      const expires = timeOf(textOf(values, 'expires'));
      const recipientUserId = await recipientOf(context);
      const share = { recipientUserId, ...(expires && { expires }) };
      const made = await withVault(context, (vault) => shared.create(vault, share, textOf(values, 'alias')));
      const end = expires?.toISOString() ?? 'you unshare it';
      terminal.answer(made, () => `Shared with ${textOf(values, 'with')} (${recipientUserId}) until ${end}`);
      return 0;
    },
  },
  {
    name: 'unshare',
    args: what,
    summary: 'Take a share of a value, or a file, back',
    arity: [2, 2],
    options: { with: { type: 'string' } },
    optionHelp: { with: 'whose it was: a name or an id' },
    async run(context) {
      const shared = sharedOf(context);
      const { body } = await shared.revoke(await recipientOf(context));
      context.terminal.answer(body, () => '');
      return 0;
    },
  },
  {
    name: 'shares',
    args: what,
    summary: 'List with whom a value, or a file, is shared, and when they read it',
    arity: [2, 2],
    async run(context) {
      context.terminal.list(await sharedOf(context).list(), {
        WITH: ({ recipientName }) => recipientName,
        ID: ({ recipientUserId }) => recipientUserId,
        EXPIRES: ({ expiresUtc }) => expiresUtc ?? 'never',
        'FIRST READ': ({ firstAccessUtc }) => firstAccessUtc ?? 'never',
        'LAST READ': ({ lastAccessUtc }) => lastAccessUtc ?? 'never',
      });
      return 0;
    },
  },
];

function sharedOf({ args: [kind = '', name = ''], client }: Context): Shared {
  const shared = kinds[kind];
  if (!shared) throw new UsageError(`kv or file, and not ${kind}`);
  return shared(client, name);
}

function recipientOf({ values, client }: Context): Promise<string> {
  const user = textOf(values, 'with');
  if (user === undefined) throw new UsageError('--with says which user');
  return userIdOf(client, user);
}
