import { createWriteStream, existsSync, openAsBlob, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openVaultFile } from '../../client/vault/download.ts';
import { vaultCryptoForNode } from '../../client/vault/node.ts';
import { resumeUpload, uploadFile } from '../../client/vault/upload.ts';
import { Vault } from '../../client/vault/vault.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { readUserSecret, userSecretHelp, userSecretOptions } from '../user-secret.ts';

export const files: readonly Command[] = [
  {
    name: 'files put',
    args: 'FILE',
    summary: 'Encrypt a file here, and store it in the vault',
    details: 'An upload that breaks off is gone on with by --resume ID. The user secret stays here.',
    arity: [1, 1],
    options: { ...userSecretOptions, name: { type: 'string' }, resume: { type: 'string' } },
    optionHelp: {
      ...userSecretHelp,
      name: 'its name in the vault',
      resume: 'id of an upload that broke off',
    },
    async run(context) {
      const { values, args, terminal } = context;
      const [path = ''] = args;
      const content = await openAsBlob(path);
      const onProgress = terminal.progress(basename(path));
      const resumed = textOf(values, 'resume');
      const id = await withVault(context, async (vault) => {
        if (resumed !== undefined) {
          await resumeUpload(vault, resumed, content, { onProgress });
          return resumed;
        }
        const onBegun = (id: string) =>
          terminal.note(`If this breaks off: strongroom files put --resume ${id} ${path}`);
        const fileName = textOf(values, 'name') ?? basename(path);
        return uploadFile(vault, content, { fileName, onProgress, onBegun });
      });
      terminal.answer({ id }, () => id);
      return 0;
    },
  },
  {
    name: 'files get',
    args: 'ID [FILE]',
    summary: 'Fetch a file of the vault, and decrypt it here',
    details:
      'To FILE, or under its own name here; - is standard output. A file that is there is not replaced.',
    arity: [1, 2],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { args, terminal } = context;
      const [id = '', target] = args;
      await withVault(context, async (vault) => {
        const file = await openVaultFile(vault, id);
        // A name is whatever its owner called it.
        const path = target ?? (basename(file.fileName.replaceAll('\\', '/')) || 'file');
        if (path !== '-' && existsSync(path)) throw new UsageError(`${path} is there already`);
        const sink = path === '-' ? process.stdout : createWriteStream(path, { flags: 'wx', mode: 0o600 });
        const report = terminal.progress(path);
        let done = 0;
        const counted = async function* () {
          for await (const piece of file.read()) {
            yield piece;
            done += piece.length;
            report(done, file.sizeBytes);
          }
        };
        try {
          await pipeline(Readable.from(counted()), sink, { end: path !== '-' });
        } catch (error) {
          // What is there is genuine, and not the file. Unless it could not be made: then it is another's.
          const made = path !== '-' && (error as NodeJS.ErrnoException).code !== 'EEXIST';
          if (made) rmSync(path, { force: true });
          throw error;
        }
        if (path !== '-') terminal.answer({ id, path, sizeBytes: file.sizeBytes }, () => path);
      });
      return 0;
    },
  },
  {
    name: 'files delete',
    args: 'ID',
    summary: 'Delete a file of the vault, and all shares of it',
    arity: [1, 1],
    async run({ args: [id = ''], terminal, client }) {
      const { body } = await client.call('files.delete', { params: { id } });
      terminal.answer(body, () => '');
      return 0;
    },
  },
];

async function withVault<T>(context: Context, use: (vault: Vault) => Promise<T>): Promise<T> {
  const secret = await readUserSecret(context);
  const vault = await Vault.unlock(context.client, await vaultCryptoForNode(), secret);
  try {
    return await use(vault);
  } finally {
    vault.close();
  }
}
