import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { allOf } from '../../client/index.ts';
import { openVaultFile, resumeUpload, uploadFile, vaultFiles } from '../../client/vault/index.ts';
import { type Command, textOf } from '../command.ts';
import { userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { saveFile, withVault } from '../vault.ts';

export const files: readonly Command[] = [
  {
    name: 'files list',
    summary: 'List the files of the vault',
    details: 'Their names are decrypted here. The user secret stays here.',
    arity: [0, 0],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
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
      return 0;
    },
  },
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
        const path = await saveFile(terminal, file, target);
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
