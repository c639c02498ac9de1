import { vaultCryptoForNode } from '../../client/node.ts';
import { appointTrustees, type Trusteeship } from '../../client/recovery.ts';
import { type Context, command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../list-all.ts';
import { flag, parsed, text, type ValuesOf } from '../options.ts';
import { readUserSecret, userSecretOptions } from '../user-secret.ts';
import { userIdOf } from '../users.ts';

const maskOptions = {
  masked: flag('mask the shares with a phrase that only you remember'),
  'phrase-file': text('file', 'read that phrase from this file (-: standard input)'),
  hint: text('text', 'hint at the phrase, in plaintext for the trustees and the server'),
};

/** Commands for the owner of the keys. */
export const recoverOwn: readonly Entry[] = [
  { name: 'recover', summary: 'Appoint trustees and restore lost keys' },
  command({
    name: 'recover trustees',
    summary: 'List the trustees who can restore your keys',
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('recovery.listTrustees', { query })), {
        NAME: ({ trusteeName }) => trusteeName,
        ID: ({ trusteeUserId }) => trusteeUserId,
        HINT: ({ xorApplied, xorSaltHint }) => (xorApplied ? xorSaltHint : 'not masked'),
        SINCE: ({ updatedUtc }) => updatedUtc,
      });
    },
  }),
  command({
    name: 'recover appoint',
    args: { '<user>': 'ID or unique name of a trustee', '<more...>': 'IDs or unique names of more trustees' },
    summary: 'Split your private keys on this machine and give each trustee a share',
    details:
      'Compare the fingerprints of the trustees first (strongroom users). Trustees who reach the threshold can restore your ' +
      'keys together. Appointing again creates new shares, which cannot be combined with old ones. Your user secret never ' +
      'leaves this machine.',
    examples: ['strongroom recover appoint --threshold 2 bob carol dave'],
    options: {
      ...userSecretOptions,
      threshold: parsed(
        'count',
        'number of trustees needed (default: 2), or pair for two trustees of whom both are needed',
        thresholdOf,
        'a number from 1 to 99, or pair',
      ),
      ...maskOptions,
    },
    async run(context) {
      const { options, args, terminal, client } = context;
      const { threshold = 2 } = options;
      const trusteeUserIds = await Promise.all(args.map((user) => userIdOf(client, user)));
      const secret = await readUserSecret(context);
      const mask = await readMask(context);
      const trusteeship = { trusteeUserIds, threshold, trust: knownKeys(context), ...(mask && { mask }) };
      await appointTrustees(client, await vaultCryptoForNode(), secret, trusteeship);
      const needed = threshold === 'pair' ? 2 : threshold;
      terminal.result(
        { trusteeUserIds, threshold },
        () => `Any ${needed} of ${args.length} trustees can restore your keys.`,
      );
    },
  }),
  command({
    name: 'recover remove',
    args: { '<user>': 'ID or unique name of the trustee' },
    summary: "Delete a trustee's share",
    details: 'This does not undo what the trustee has read already.',
    async run({ args: [user = ''], terminal, client }) {
      const trusteeUserId = await userIdOf(client, user);
      const { body } = await client.call('recovery.deleteTrustee', { params: { trusteeUserId } });
      terminal.result(body, () => '');
    },
  }),
  command({
    name: 'recover pending',
    summary: 'Show a pending restore of your keys',
    async run({ terminal, client }) {
      const { restore } = (await client.call('recovery.getPendingRestore')).body;
      terminal.result({ restore }, () => {
        if (!restore) return 'No restore is pending.';
        const { trusteeName, createdUtc, availableUtc } = restore;
        return [
          `${trusteeName} restored your keys at ${createdUtc}.`,
          `To choose a new user secret, from ${availableUtc}: strongroom keys rekey`,
          'To reject the restore: strongroom recover veto',
        ].join('\n');
      });
    },
  }),
  command({
    name: 'recover veto',
    summary: 'Reject the pending restore of your keys',
    async run({ terminal, client }) {
      const { body } = await client.call('recovery.vetoRestore');
      terminal.result(body, () => 'Restore rejected.');
    },
  }),
];

function thresholdOf(text: string): Trusteeship['threshold'] | undefined {
  if (text === 'pair') return text;
  return /^[1-9]\d?$/.test(text) ? Number(text) : undefined;
}

async function readMask(context: Context<ValuesOf<typeof maskOptions>>): Promise<Trusteeship['mask']> {
  const { options, terminal } = context;
  const { masked, hint, 'phrase-file': file } = options;
  if (!masked && file === undefined && hint === undefined) return undefined;
  if (hint === undefined) throw new UsageError('masked shares need --hint <text>');
  return { phrase: await terminal.newSecret('Phrase', file), hint };
}
