import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { allOf } from '../../client/index.ts';
import { openVaultFile, resumeUpload, uploadFile, vaultFiles } from '../../client/vault/index.ts';
import { command, type Entry } from '../command.ts';
import { text } from '../options.ts';
import { userSecretOptions } from '../user-secret.ts';
import { saveFile, withVault } from '../vault.ts';

export const files: readonly Entry[] = [
  { name: 'files', summary: 'Store and fetch files of the vault' },
  command({
    name: 'files list',
    summary: 'List the files of the vault',
    details: 'File names are decrypted on this machine.',
    options: userSecretOptions,
    async run(context) {
      const { terminal } = context;
      const files = await withVault(context, (vault) => allOf(vaultFiles(vault)));
      terminal.list(files, {
        ID: ({ id }) => id,
        NAME: ({ fileName }) => fileName,
        BYTES: ({ sizeBytes }) => sizeBytes,
        TYPE: ({ contentType }) => contentType,
        STORED: ({ updatedUtc }) => updatedUtc,
      });
    },
  }),
  command({
    name: 'files put',
    args: { '<file>': 'file to upload' },
    summary: 'Encrypt a file on this machine and store it in the vault',
    details: 'Resume an interrupted upload with --resume.',
    examples: ['strongroom files put photo.raw'],
    options: {
      ...userSecretOptions,
      name: text('name', 'name in the vault (default: the name of the file)'),
      resume: text('id', 'ID of the upload to resume'),
    },
    async run(context) {
      const { options, args, terminal } = context;
      const [path = ''] = args;
      const content = await openAsBlob(path);
      const onProgress = terminal.progress(basename(path));
      const { name: fileName = basename(path), resume } = options;
      const id = await withVault(context, async (vault) => {
        if (resume !== undefined) {
          await resumeUpload(vault, resume, content, { onProgress });
          return resume;
        }
        const onBegun = (id: string) =>
          terminal.note(`If the upload is interrupted: strongroom files put --resume ${id} ${path}`);
        return uploadFile(vault, content, { fileName, onProgress, onBegun });
      });
      terminal.result({ id }, () => id);
    },
  }),
  command({
    name: 'files get',
    args: {
      '<id>': 'ID of the file',
      '[file]': 'where to save it (-: standard output; default: its own name)',
    },
    summary: 'Fetch a file of the vault and decrypt it on this machine',
    details: 'Never replaces an existing file.',
    options: userSecretOptions,
    async run(context) {
      const { args, terminal } = context;
      const [id = '', target] = args;
      await withVault(context, async (vault) => {
        const file = await openVaultFile(vault, id);
        const path = await saveFile(terminal, file, target);
        if (path !== '-') terminal.result({ id, path, sizeBytes: file.sizeBytes }, () => path);
      });
    },
  }),
  command({
    name: 'files delete',
    args: { '<id>': 'ID of the file' },
    summary: 'Delete a file of the vault and all its shares',
    async run({ args: [id = ''], terminal, client }) {
      const { body } = await client.call('files.delete', { params: { id } });
      terminal.result(body, () => '');
    },
  }),
];
