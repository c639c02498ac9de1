import { readFile, writeFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { deleteZkCode, listZkCode, openZkCode, putZkCode, runZkCode } from '../../client/zk.ts';
import { choosePrimitives } from '../../crypto/providers/node.ts';
import { type Context, command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { executionOptions, follow, readExecutionOptions } from '../execution.ts';
import { flag, text, type ValuesOf } from '../options.ts';
import { zkTrustOf } from '../zk-trust.ts';

const passwordOptions = {
  'password-file': text('file', 'read the master password from this file (-: standard input)'),
};

const pendingNote =
  'The program can be stopped once it has run for 25 seconds; it will be stopped then. Interrupt again to leave it running.';

export const zk: readonly Entry[] = [
  { name: 'zk', summary: 'Store and run programs that only the sandbox can decrypt' },
  command({
    name: 'zk put',
    args: { '<name>': 'name of the program', '<file>': 'Python program (-: standard input)' },
    summary: 'Encrypt a Python program on this machine and store it',
    details:
      'Neither the code nor the master password leaves this machine, and the password cannot be recovered. Prints the ' +
      'SHA-256 of the stored program, for zk run --sha256.',
    examples: ['strongroom zk put monthly-report report.py'],
    options: { ...passwordOptions, description: text('text', 'what the program is for, in plaintext') },
    async run({ options, args: [name = '', path = ''], terminal, client }) {
      const passwordFile = options['password-file'];
      checkStdin(path === '-', passwordFile);
      const code = path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8');
      const masterPassword = await terminal.newSecret('Master password', passwordFile);
      const program = { name, code, masterPassword, description: options.description };
      const stored = await putZkCode(client, await choosePrimitives(), program);
      terminal.result(stored, ({ sha256 }) => `${name}, SHA-256 ${sha256}`);
    },
  }),
  command({
    name: 'zk list',
    summary: 'List the encrypted programs',
    async run({ terminal, client }) {
      terminal.list(await listZkCode(client), {
        NAME: ({ name }) => name,
        BYTES: ({ sizeBytes }) => sizeBytes,
        UPDATED: ({ updatedAt }) => updatedAt,
        DESCRIPTION: ({ description }) => description,
      });
    },
  }),
  command({
    name: 'zk get',
    args: { '<name>': 'name of the program', '[file]': 'where to save it (default: standard output)' },
    summary: 'Fetch an encrypted program and decrypt it on this machine',
    details: 'Never replaces an existing file.',
    options: passwordOptions,
    async run(context) {
      const { args, terminal, client } = context;
      const [name = '', path] = args;
      const program = await openZkCode(client, await choosePrimitives(), name, await readPassword(context));
      if (path !== undefined) await writeNew(path, program.code);
      if (terminal.json) terminal.print(JSON.stringify(program));
      else if (path === undefined) terminal.content(program.code);
    },
  }),
  command({
    name: 'zk delete',
    args: { '<name>': 'name of the program' },
    summary: 'Delete an encrypted program',
    async run({ args: [name = ''], terminal, client }) {
      await deleteZkCode(client, name);
      terminal.result({ deleted: true, name }, () => '');
    },
  }),
  command({
    name: 'zk run',
    args: { '<name>': 'name of the program', '[args...]': 'its arguments, including options' },
    summary: 'Run an encrypted program, which only the sandbox can decrypt',
    details:
      "Seals the master password to a sandbox's key on this machine. The keys that prove sandboxes are trusted from the " +
      'first use on. Output is printed at the end if the program takes less than 25 seconds, and as it arrives otherwise. ' +
      "Exit codes are those of run. The CLI's own options must precede <name>.",
    examples: ['strongroom zk run --password-file password.txt monthly-report 2026-01'],
    passThrough: true,
    options: {
      ...passwordOptions,
      ...executionOptions,
      sha256: text('hash', 'run only the program with this SHA-256, which zk put printed'),
      trust: flag('trust the keys and the user ID that the server presents now'),
    },
    async run(context) {
      const { options, client } = context;
      const [name = '', ...args] = context.args;
      const { sha256 } = options;
      checkStdin(options.stdin, options['password-file']);
      const masterPassword = await readPassword(context);
      const program = { name, masterPassword, args, ...(await readExecutionOptions(options)) };
      const trust = await zkTrustOf(context, options.trust);
      const primitives = await choosePrimitives();
      const start: Parameters<typeof follow>[1] = (followed) =>
        runZkCode(client, primitives, trust, { ...program, sha256 }, followed);
      return follow(context, start, pendingNote);
    },
  }),
];

function readPassword(context: Context<ValuesOf<typeof passwordOptions>>): Promise<string> {
  return context.terminal.secret('Master password', context.options['password-file']);
}

function checkStdin(readsStdin: boolean, passwordFile: string | undefined): void {
  if (readsStdin && passwordFile === '-') {
    throw new UsageError('standard input cannot be both the master password and something else');
  }
}

/** Writes a file that only its owner can read. Never replaces an existing one. */
async function writeNew(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(`${path} already exists`);
    throw error;
  }
}
