import { openSharedVaultFile } from '../../client/vault/index.ts';
import { type Command, type Context, UsageError } from '../command.ts';
import { entriesOf } from '../lists.ts';
import { readUserSecret, userSecretHeader, userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { saveFile, withVault } from '../vault.ts';

export const received: readonly Command[] = [
  {
    name: 'received',
    summary: 'List the values and files that others share with you',
    details: 'The user secret goes to the API with this call, as the reference has it.',
    arity: [0, 0],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { terminal, client } = context;
      const headers = userSecretHeader(await readUserSecret(context));
      const values = await entriesOf((query) => client.call('kvShares.received', { headers, query }));
      const files = await entriesOf((query) => client.call('fileShares.received', { headers, query }));
      const shares = [
        ...values.map((share) => ({ kind: 'kv', what: share.alias, ...share })),
        ...files.map((share) => ({ kind: 'file', what: share.fileName, ...share })),
      ];
      terminal.list(shares, {
        KIND: ({ kind }) => kind,
        SHARE: ({ shareId }) => shareId,
        WHAT: ({ what }) => what,
        FROM: ({ ownerName }) => ownerName,
        EXPIRES: ({ expiresUtc }) => expiresUtc ?? 'never',
      });
      return 0;
    },
  },
  {
    name: 'received get',
    args: 'kv|file SHARE [FILE]',
    summary: 'Read a value, or fetch a file, that another user shares with you',
    details:
      'A value goes to standard output; for it, the user secret goes to the API. A file is decrypted here, to FILE or under ' +
      'its own name (- is standard output), and replaces none. Its owner sees that you read it.',
    arity: [2, 3],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    run: (context) => byKind(context, { kv: getValue, file: getFile }),
  },
  {
    name: 'received remove',
    args: 'kv|file SHARE',
    summary: 'Give up what another user shares with you',
    arity: [2, 2],
    run: (context) => byKind(context, { kv: removeValue, file: removeFile }),
  },
];

type Run = (context: Context, shareId: string) => Promise<number>;

function byKind(context: Context, runs: Readonly<Record<'kv' | 'file', Run>>): Promise<number> {
  const [kind = '', shareId = ''] = context.args;
  if (kind !== 'kv' && kind !== 'file') throw new UsageError(`kv or file, and not ${kind}`);
  return runs[kind](context, shareId);
}

async function getValue(context: Context, shareId: string): Promise<number> {
  const { terminal, client, args } = context;
  if (args.length > 2) throw new UsageError('a value goes to standard output');
  const headers = userSecretHeader(await readUserSecret(context));
  const { body } = await client.call('kvShares.read', { params: { shareId }, headers });
  if (terminal.json) terminal.print(JSON.stringify(body));
  else terminal.content(Buffer.from(body.valueB64, 'base64'));
  return 0;
}

async function getFile(context: Context, shareId: string): Promise<number> {
  const { terminal, args } = context;
  await withVault(context, async (vault) => {
    const { file, ownerUserId, ownerName } = await openSharedVaultFile(vault, shareId);
    const path = await saveFile(terminal, file, args[2]);
    const { sizeBytes } = file;
    if (path !== '-') terminal.answer({ shareId, ownerUserId, ownerName, path, sizeBytes }, () => path);
  });
  return 0;
}

async function removeValue({ terminal, client }: Context, shareId: string): Promise<number> {
  terminal.answer((await client.call('kvShares.remove', { params: { shareId } })).body, () => '');
  return 0;
}

async function removeFile({ terminal, client }: Context, shareId: string): Promise<number> {
  terminal.answer((await client.call('fileShares.remove', { params: { shareId } })).body, () => '');
  return 0;
}
