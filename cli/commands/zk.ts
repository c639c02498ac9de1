import { readFile, writeFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { deleteZkCode, listZkCode, openZkCode, putZkCode, runZkCode } from '../../client/zk.ts';
import { choosePrimitives } from '../../crypto/providers/node.ts';
import { type Command, type Context, type Options, textOf, UsageError } from '../command.ts';
import { follow, programHelp, programOptions, readProgramOptions } from '../execution.ts';
import { zkTrustOf } from '../zk-trust.ts';

const passwordOptions: Options = { 'password-file': { type: 'string' } };
const passwordHelp = {
  'password-file': 'file with the master password, instead of asking; - is standard input',
};

const unstoppable =
  'It can be stopped once it has run for 25 seconds, and will be then. Interrupt again to leave it running.';

export const zk: readonly Command[] = [
  {
    name: 'zk put',
    args: 'NAME FILE',
    summary: 'Encrypt a Python program here, and store it',
    details:
      'FILE may be -, standard input. Neither code nor master password leaves this machine, and nobody can tell you ' +
      'the password again. The SHA-256 that is answered names what was stored: see zk run --sha256.',
    example: 'strongroom zk put monthly-report report.py',
    arity: [2, 2],
    options: { ...passwordOptions, description: { type: 'string' } },
    optionHelp: { ...passwordHelp, description: 'what it is for; not encrypted' },
    async run({ values, args: [name = '', path = ''], terminal, client }) {
      const passwordFile = textOf(values, 'password-file');
      checkStdin(path === '-', passwordFile);
      const code = path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8');
      const masterPassword = await terminal.newSecret('Master password', passwordFile);
      const program = { name, code, masterPassword, description: textOf(values, 'description') };
      const stored = await putZkCode(client, await choosePrimitives(), program);
      terminal.answer(stored, ({ sha256 }) => `${name}, SHA-256 ${sha256}`);
      return 0;
    },
  },
  {
    name: 'zk list',
    summary: 'List the encrypted programs',
    arity: [0, 0],
    async run({ terminal, client }) {
      terminal.list(await listZkCode(client), {
        NAME: ({ name }) => name,
        BYTES: ({ sizeBytes }) => sizeBytes,
        UPDATED: ({ updatedAt }) => updatedAt,
        DESCRIPTION: ({ description }) => description,
      });
      return 0;
    },
  },
  {
    name: 'zk get',
    args: 'NAME [FILE]',
    summary: 'Fetch an encrypted program, and decrypt it here',
    details: 'To FILE, which must not be there yet, else to standard output.',
    arity: [1, 2],
    options: passwordOptions,
    optionHelp: passwordHelp,
    async run(context) {
      const { args, terminal, client } = context;
      const [name = '', path] = args;
      const program = await openZkCode(client, await choosePrimitives(), name, await readPassword(context));
      if (path !== undefined) await writeNew(path, program.code);
      if (terminal.json) terminal.print(JSON.stringify(program));
      else if (path === undefined) terminal.content(program.code);
      return 0;
    },
  },
  {
    name: 'zk delete',
    args: 'NAME',
    summary: 'Delete an encrypted program',
    arity: [1, 1],
    async run({ args: [name = ''], terminal, client }) {
      await deleteZkCode(client, name);
      terminal.answer({ deleted: true, name }, () => '');
      return 0;
    },
  },
  {
    name: 'zk run',
    args: 'NAME [ARG…]',
    summary: 'Run an encrypted program, which the sandbox alone opens',
    details:
      'The master password is sealed here, to the key of a sandbox. What proves that key is kept from the first time ' +
      'on. The output comes at the end of a program that takes less than 25 seconds, else as it comes. Exit codes are ' +
      'those of run. Options stand before NAME: what follows is the program’s.',
    example: 'strongroom zk run --password-file password.txt monthly-report 2026-01',
    arity: [1, 65],
    passThrough: true,
    options: {
      ...passwordOptions,
      ...programOptions,
      sha256: { type: 'string' },
      trust: { type: 'boolean' },
    },
    optionHelp: {
      ...passwordHelp,
      ...programHelp,
      sha256: 'run this one alone, as zk put named it, whatever is stored under NAME',
      trust: 'take the keys that the installation names now, and you as another user there',
    },
    async run(context) {
      const { values, client } = context;
      const [name = '', ...args] = context.args;
      checkStdin(values.stdin === true, textOf(values, 'password-file'));
      const masterPassword = await readPassword(context);
      const program = { name, masterPassword, args, ...(await readProgramOptions(values)) };
      const sha256 = textOf(values, 'sha256');
      const trust = await zkTrustOf(context, values.trust === true);
      const primitives = await choosePrimitives();
      const start: Parameters<typeof follow>[1] = (followed) =>
        runZkCode(client, primitives, trust, { ...program, sha256 }, followed);
      return follow(context, start, unstoppable);
    },
  },
];

function readPassword({ values, terminal }: Context): Promise<string> {
  return terminal.secret('Master password', textOf(values, 'password-file'));
}

/** Nothing can be read twice. */
function checkStdin(isTaken: boolean, passwordFile: string | undefined): void {
  if (isTaken && passwordFile === '-') {
    throw new UsageError('standard input cannot be both, the master password and something else');
  }
}

/** For its owner alone, and never in the place of another. */
async function writeNew(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(`${path} is there already`);
    throw error;
  }
}
