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
import { command, type Entry } from '../command.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../list-all.ts';
import { required, text } from '../options.ts';
import { readUserSecret, userSecretOptions, type VaultContext } from '../user-secret.ts';
import { userIdOf } from '../users.ts';

/** Commands for trustees. */
export const recoverOthers: readonly Entry[] = [
  command({
    name: 'recover owners',
    summary: 'List the users whose trustee you are',
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('recovery.listOwners', { query })), {
        NAME: ({ ownerName }) => ownerName,
        ID: ({ ownerUserId }) => ownerUserId,
        HINT: ({ xorApplied, xorSaltHint }) => (xorApplied ? xorSaltHint : 'not masked'),
        SINCE: ({ updatedUtc }) => updatedUtc,
      });
    },
  }),
  command({
    name: 'recover release',
    args: { '<owner>': 'ID or unique name of the user whose keys are restored' },
    summary: "Open your share of an owner's keys and seal it to the trustee who collects the shares",
    details:
      'Compare the fingerprint with the collecting trustee first. Then send them the output in any way you like: no one ' +
      'else can open it. Your user secret never leaves this machine. The owner can see that you fetched the share.',
    examples: ['strongroom recover release alice --to bob > share'],
    options: {
      ...userSecretOptions,
      to: required(text('user', 'trustee who collects the shares: ID or unique name')),
    },
    async run(context) {
      const { options, args, terminal, client } = context;
      const ownerUserId = await userIdOf(client, args[0] ?? '');
      const userId = await userIdOf(client, options.to);
      const { body: collector } = await client.call('users.get', { params: { userId } });
      const crypto = await vaultCryptoForNode();
      await requireTrust(crypto, userId, publicKeysOf(collector), knownKeys(context));
      const share = await openTrusteeShare(client, crypto, await readUserSecret(context), ownerUserId);
      const part = sealShareFor(crypto, share, collector);
      const fingerprint = fingerprintOf(crypto, publicKeysOf(collector));
      if (!terminal.json) terminal.note(`Sealed to ${collector.name}, key fingerprint ${fingerprint}`);
      terminal.result({ ownerUserId, collectorUserId: userId, fingerprint, part }, () => part);
    },
  }),
  command({
    name: 'recover restore',
    args: {
      '<owner>': 'ID or unique name of the user whose keys are restored',
      '[share...]': 'files with the shares that other trustees released (-: standard input)',
    },
    summary: "Combine your share with released ones and restore the owner's keys",
    details:
      "Rebuilds the keys on this machine, verifies that they are the owner's and prints a temporary secret. Tell it to the " +
      "owner through a channel that you trust. The owner uses it with 'strongroom keys rekey', and can veto the restore " +
      'until then.',
    examples: ['strongroom recover restore alice share-of-carol share-of-dave'],
    options: {
      ...userSecretOptions,
      'phrase-file': text('file', "read the owner's phrase from this file, if the shares are masked"),
    },
    async run(context) {
      const { args, terminal, client } = context;
      const ownerUserId = await userIdOf(client, args[0] ?? '');
      const shares = await openShares(context, ownerUserId, args.slice(1));
      const phrase = await readPhrase(context.options['phrase-file'], context, shares);
      const temporarySecret = newTemporarySecret();
      const restore = { shares, temporarySecret, ...(phrase !== undefined && { phrase }) };
      await restoreOwner(client, await vaultCryptoForNode(), restore);
      terminal.result({ ownerUserId, temporarySecret }, () => temporarySecret);
    },
  }),
];

/** Returns the caller's own share and those in the files. */
async function openShares(
  context: VaultContext,
  ownerUserId: string,
  files: readonly string[],
): Promise<OpenedShare[]> {
  const { client } = context;
  const released = await Promise.all(
    files.map((file) => (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'))),
  );
  const [crypto, secret] = [await vaultCryptoForNode(), await readUserSecret(context)];
  const shares = [await openTrusteeShare(client, crypto, secret, ownerUserId)];
  for (const share of released) shares.push(await openHandedShare(client, crypto, secret, share));
  return shares;
}

async function readPhrase(
  file: string | undefined,
  { terminal }: VaultContext,
  [share]: readonly OpenedShare[],
): Promise<string | undefined> {
  if (!share?.masked) return undefined;
  return terminal.secret(`Phrase of the owner (${share.hint})`, file);
}
