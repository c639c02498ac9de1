import {
  getSharedVaultValue,
  openSharedVaultFile,
  receivedVaultFiles,
  receivedVaultValues,
} from '../../client/vault/index.ts';
import { type Command, type Context, UsageError } from '../command.ts';
import { userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { printValue, saveFile, withVault } from '../vault.ts';

export const received: readonly Command[] = [
  {
    name: 'received',
    summary: 'List the values and files that others share with you',
    details: 'Their names are decrypted here. The user secret stays here.',
    arity: [0, 0],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { terminal } = context;
      const shares = await withVault(context, async (vault) => {
        const all: Received[] = [];
        for await (const share of receivedVaultValues(vault)) {
          all.push({
            kind: 'kv',
            what: share.alias ?? share.key,
            expiresUtc: share.expiresAt,
            ...named(share),
          });
        }
        for await (const share of receivedVaultFiles(vault)) {
          all.push({ kind: 'file', what: share.fileName, expiresUtc: share.expiresUtc, ...named(share) });
        }
        return all;
      });
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
      'It is decrypted here, and the user secret stays here. A value goes to standard output, a file to FILE or under its own ' +
      'name (- is standard output), and replaces none. Its owner sees that you read it.',
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

type Named = { readonly shareId: string; readonly ownerUserId: string; readonly ownerName: string };
type Received = Named & {
  readonly kind: 'kv' | 'file';
  readonly what: string;
  readonly expiresUtc: string | null;
};

const named = ({ shareId, ownerUserId, ownerName }: Named): Named => ({ shareId, ownerUserId, ownerName });

type Run = (context: Context, shareId: string) => Promise<number>;

function byKind(context: Context, runs: Readonly<Record<'kv' | 'file', Run>>): Promise<number> {
  const [kind = '', shareId = ''] = context.args;
  if (kind !== 'kv' && kind !== 'file') throw new UsageError(`kv or file, and not ${kind}`);
  return runs[kind](context, shareId);
}

async function getValue(context: Context, shareId: string): Promise<number> {
  const { terminal, args } = context;
  if (args.length > 2) throw new UsageError('a value goes to standard output');
  printValue(terminal, await withVault(context, (vault) => getSharedVaultValue(vault, shareId)));
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
  terminal.answer((await client.call('kvShares.decline', { params: { shareId } })).body, () => '');
  return 0;
}

async function removeFile({ terminal, client }: Context, shareId: string): Promise<number> {
  terminal.answer((await client.call('fileShares.decline', { params: { shareId } })).body, () => '');
  return 0;
}
