import { vaultCryptoForNode } from '../../client/node.ts';
import { appointTrustees, type Trusteeship } from '../../client/recovery.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { knownKeys } from '../known-keys.ts';
import { listAll } from '../lists.ts';
import { readUserSecret, userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { userIdOf } from '../users.ts';

/** For the owner of the keys. */
export const recoverOwn: readonly Command[] = [
  {
    name: 'recover trustees',
    summary: 'List the trustees who could bring your keys back',
    arity: [0, 0],
    async run({ terminal, client }) {
      terminal.list(await listAll((query) => client.call('recovery.listTrustees', { query })), {
        NAME: ({ trusteeName }) => trusteeName,
        ID: ({ trusteeUserId }) => trusteeUserId,
        HINT: ({ xorApplied, xorSaltHint }) => (xorApplied ? xorSaltHint : 'not masked'),
        SINCE: ({ updatedUtc }) => updatedUtc,
      });
      return 0;
    },
  },
  {
    name: 'recover appoint',
    args: 'USER USER…',
    summary: 'Split your private keys here, and give each trustee a share',
    details:
      'Compare their fingerprints (strongroom users) with them before. As many as are needed have your keys together. Called ' +
      'again it makes new shares, which do not join with old ones. The user secret stays here.',
    example: 'strongroom recover appoint --threshold 2 bob carol dave',
    arity: [2, 30],
    options: {
      ...userSecretOptions,
      threshold: { type: 'string' },
      masked: { type: 'boolean' },
      'phrase-file': { type: 'string' },
      hint: { type: 'string' },
    },
    optionHelp: {
      ...userSecretHelp,
      threshold: 'how many are needed, 2 unless given; pair: two trustees, both',
      masked: 'hide the shares under a phrase that only you remember',
      'phrase-file': 'file with that phrase; - is standard input',
      hint: 'at the phrase, in the clear for trustees and server',
    },
    async run(context) {
      const { values, args, terminal, client } = context;
      const threshold = thresholdOf(textOf(values, 'threshold') ?? '2');
      const trusteeUserIds = await Promise.all(args.map((user) => userIdOf(client, user)));
      const secret = await readUserSecret(context);
      const mask = await maskOf(context);
      const trusteeship = { trusteeUserIds, threshold, trust: knownKeys(context), ...(mask && { mask }) };
      await appointTrustees(client, await vaultCryptoForNode(), secret, trusteeship);
      const needed = threshold === 'pair' ? 2 : threshold;
      terminal.answer(
        { trusteeUserIds, threshold },
        () => `${needed} of ${args.length} trustees can bring your keys back.`,
      );
      return 0;
    },
  },
  {
    name: 'recover remove',
    args: 'USER',
    summary: 'Take a trustee’s share back; what they have read stays read',
    arity: [1, 1],
    async run({ args: [user = ''], terminal, client }) {
      const trusteeUserId = await userIdOf(client, user);
      const { body } = await client.call('recovery.deleteTrustee', { params: { trusteeUserId } });
      terminal.answer(body, () => '');
      return 0;
    },
  },
  {
    name: 'recover pending',
    summary: 'Look whether a trustee has brought your keys back',
    arity: [0, 0],
    async run({ terminal, client }) {
      const { restore } = (await client.call('recovery.getPendingRestore')).body;
      terminal.answer({ restore }, () => {
        if (!restore) return 'No restore waits.';
        const { trusteeName, createdUtc, availableUtc } = restore;
        return (
          `${trusteeName} brought your keys back at ${createdUtc}; strongroom keys rekey can use them from ${availableUtc}.\n` +
          'strongroom recover veto, if that is not what you want.'
        );
      });
      return 0;
    },
  },
  {
    name: 'recover veto',
    summary: 'Veto the restore of your keys that waits',
    arity: [0, 0],
    async run({ terminal, client }) {
      const { body } = await client.call('recovery.vetoRestore');
      terminal.answer(body, () => 'The restore is gone.');
      return 0;
    },
  },
];

function thresholdOf(text: string): Trusteeship['threshold'] {
  if (text === 'pair') return text;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError('--threshold takes a number, or pair');
}

async function maskOf({ values, terminal }: Context): Promise<Trusteeship['mask']> {
  const [file, hint] = [textOf(values, 'phrase-file'), textOf(values, 'hint')];
  if (!values.masked && file === undefined && hint === undefined) return undefined;
  if (hint === undefined) throw new UsageError('--hint says what the phrase is');
  return { phrase: await terminal.newSecret('Phrase', file), hint };
}
