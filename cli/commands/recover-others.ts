import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { vaultCryptoForNode } from '../../client/node.ts';
import {
  newTemporarySecret,
  type OpenedShare,
  openHandedShare,
  openTrusteeShare,
  restoreOwner,
  sealShareFor,
} from '../../client/recovery.ts';
import { fingerprintOf, publicKeysOf, requireTrust } from '../../client/vault/index.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../lists.ts';
import { readUserSecret, userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { userIdOf } from '../users.ts';

/** For a trustee of somebody else. */
export const recoverOthers: readonly Command[] = [
  {
    name: 'recover owners',
    summary: 'List the users whose trustee you are',
    arity: [0, 0],
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('recovery.listOwners', { query })), {
        NAME: ({ ownerName }) => ownerName,
        ID: ({ ownerUserId }) => ownerUserId,
        HINT: ({ xorApplied, xorSaltHint }) => (xorApplied ? xorSaltHint : 'not masked'),
        SINCE: ({ updatedUtc }) => updatedUtc,
      });
      return 0;
    },
  },
  {
    name: 'recover release',
    args: 'OWNER',
    summary: 'Open your share of an owner’s keys here, and seal it to the trustee who collects them',
    details:
      'Hand what is printed to that trustee by any way you like; nobody else can open it. Compare the fingerprint with ' +
      'them before. The user secret stays here. The owner sees that you took the share.',
    example: 'strongroom recover release alice --to bob > part',
    arity: [1, 1],
    options: { ...userSecretOptions, to: { type: 'string' } },
    optionHelp: { ...userSecretHelp, to: 'who collects: a name or an id' },
    async run(context) {
      const { values, args, terminal, client } = context;
      const to = textOf(values, 'to');
      if (to === undefined) throw new UsageError('--to says who collects the shares');
      const [ownerUserId, userId] = [await userIdOf(client, args[0] ?? ''), await userIdOf(client, to)];
      const { body: collector } = await client.call('users.get', { params: { userId } });
      const crypto = await vaultCryptoForNode();
      await requireTrust(crypto, userId, publicKeysOf(collector), knownKeys(context));
      const share = await openTrusteeShare(client, crypto, await readUserSecret(context), ownerUserId);
      const part = sealShareFor(crypto, share, collector);
      const fingerprint = fingerprintOf(crypto, publicKeysOf(collector));
      if (!terminal.json) terminal.note(`Sealed to ${collector.name}, whose keys are ${fingerprint}`);
      terminal.answer({ ownerUserId, collectorUserId: userId, fingerprint, part }, () => part);
      return 0;
    },
  },
  {
    name: 'recover restore',
    args: 'OWNER [PART…]',
    summary: 'Join your share with those that others released, and bring the owner’s keys back',
    details:
      'The keys are rebuilt here and found to be the owner’s. What is printed is their temporary secret: tell it to the owner ' +
      'by a way that nobody listens to. They use it with strongroom keys rekey, and until then can veto.',
    example: 'strongroom recover restore alice part-of-carol part-of-dave',
    arity: [1, 30],
    options: { ...userSecretOptions, 'phrase-file': { type: 'string' } },
    optionHelp: { ...userSecretHelp, 'phrase-file': 'file with the owner’s phrase, where shares are masked' },
    async run(context) {
      const { args, terminal, client } = context;
      const ownerUserId = await userIdOf(client, args[0] ?? '');
      const shares = await collect(context, ownerUserId, args.slice(1));
      const phrase = await phraseFor(context, shares);
      const temporarySecret = newTemporarySecret();
      const restoring = { shares, temporarySecret, ...(phrase !== undefined && { phrase }) };
      await restoreOwner(client, await vaultCryptoForNode(), restoring);
      terminal.answer({ ownerUserId, temporarySecret }, () => temporarySecret);
      return 0;
    },
  },
];

async function collect(context: Context, ownerUserId: string, files: readonly string[]) {
  const { client } = context;
  const parts = await Promise.all(
    files.map((file) => (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'))),
  );
  const [crypto, secret] = [await vaultCryptoForNode(), await readUserSecret(context)];
  const shares = [await openTrusteeShare(client, crypto, secret, ownerUserId)];
  for (const part of parts) shares.push(await openHandedShare(client, crypto, secret, part));
  return shares;
}

async function phraseFor({ values, terminal }: Context, [share]: readonly OpenedShare[]) {
  if (!share?.masked) return undefined;
  return terminal.secret(`Phrase of the owner (${share.hint})`, textOf(values, 'phrase-file'));
}
