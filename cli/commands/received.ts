import {
  getSharedVaultValue,
  openSharedVaultFile,
  receivedVaultFiles,
  receivedVaultValues,
} from '../../client/vault/index.ts';
import { command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { userSecretOptions, type VaultContext } from '../user-secret.ts';
import { printValue, saveFile, withVault } from '../vault.ts';

const shareArgs = {
  '<kind>': { help: 'whether it is a value or a file', choices: ['kv', 'file'] },
  '<share>': 'ID of the share (strongroom received)',
} as const;

export const received: readonly Entry[] = [
  command({
    name: 'received',
    summary: 'List the values and files that other users share with you',
    details: 'Names are decrypted on this machine.',
    options: userSecretOptions,
    async run(context) {
      const shares = await withVault(context, async (vault) => {
        const all: Received[] = [];
        for await (const share of receivedVaultValues(vault)) {
          const { alias, key, expiresAt: expiresUtc } = share;
          all.push({ kind: 'kv', what: alias ?? key, expiresUtc, ...sourceOf(share) });
        }
        for await (const share of receivedVaultFiles(vault)) {
          all.push({ kind: 'file', what: share.fileName, expiresUtc: share.expiresUtc, ...sourceOf(share) });
        }
        return all;
      });
      context.terminal.list(shares, {
        KIND: ({ kind }) => kind,
        SHARE: ({ shareId }) => shareId,
        NAME: ({ what }) => what,
        FROM: ({ ownerName }) => ownerName,
        EXPIRES: ({ expiresUtc }) => expiresUtc ?? 'never',
      });
    },
  }),
  command({
    name: 'received get',
    args: { ...shareArgs, '[file]': 'where to save a file (-: standard output; default: its own name)' },
    summary: 'Fetch a value or a file that another user shares with you',
    details:
      'Decrypts on this machine. A value is printed on standard output. A file never replaces an existing one. The owner ' +
      'can see that you read it.',
    options: userSecretOptions,
    run: (context) => (context.args[0] === 'kv' ? getValue(context) : getFile(context)),
  }),
  command({
    name: 'received remove',
    args: shareArgs,
    summary: 'Decline a share that you received',
    async run({ args: [kind, shareId = ''], terminal, client }) {
      const operation = kind === 'kv' ? 'kvShares.decline' : 'fileShares.decline';
      terminal.result((await client.call(operation, { params: { shareId } })).body, () => '');
    },
  }),
];

type Source = { readonly shareId: string; readonly ownerUserId: string; readonly ownerName: string };
type Received = Source & {
  readonly kind: 'kv' | 'file';
  readonly what: string;
  readonly expiresUtc: string | null;
};

const sourceOf = ({ shareId, ownerUserId, ownerName }: Source): Source => ({
  shareId,
  ownerUserId,
  ownerName,
});

async function getValue(context: VaultContext): Promise<void> {
  const { terminal, args } = context;
  if (args.length > 2) throw new UsageError('a value is printed on standard output; omit [file]');
  printValue(terminal, await withVault(context, (vault) => getSharedVaultValue(vault, args[1] ?? '')));
}

async function getFile(context: VaultContext): Promise<void> {
  const { terminal, args } = context;
  const [, shareId = '', target] = args;
  await withVault(context, async (vault) => {
    const { file, ownerUserId, ownerName } = await openSharedVaultFile(vault, shareId);
    const path = await saveFile(terminal, file, target);
    const { sizeBytes } = file;
    if (path !== '-') terminal.result({ shareId, ownerUserId, ownerName, path, sizeBytes }, () => path);
  });
}
