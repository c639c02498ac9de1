import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { type Command, textOf, UsageError } from '../command.ts';
import { readUserSecret, userSecretHeader, userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { namesOf } from './kv.ts';

export const env: readonly Command[] = [
  {
    name: 'env',
    args: 'COMMAND [ARG…]',
    summary: 'Run a command here, with values of the vault as environment variables',
    details:
      'app/database-url becomes DATABASE_URL with --prefix app/. The values are in the memory of the command and in no file.',
    example: 'strongroom env --prefix app/ -- npm start',
    arity: [1, 1000],
    passThrough: true,
    options: { ...userSecretOptions, prefix: { type: 'string' } },
    optionHelp: { ...userSecretHelp, prefix: 'values whose names begin so; all unless given' },
    async run(context) {
      const { values, args, client } = context;
      const prefix = textOf(values, 'prefix') ?? '';
      const names = (await namesOf(client)).filter((name) => name.startsWith(prefix));
      const headers = userSecretHeader(await readUserSecret(context));
      const variables: Record<string, string> = {};
      for (const key of names) {
        const variable = variableOf(key.slice(prefix.length));
        if (variable in variables) throw new UsageError(`two values would be ${variable}`);
        const { body } = await client.call('kv.get', { params: { key }, headers });
        variables[variable] = Buffer.from(body.valueB64, 'base64').toString();
      }
      return runHere(args, variables);
    },
  },
];

function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
}

async function runHere(
  [command = '', ...args]: readonly string[],
  variables: Record<string, string>,
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  // A terminal interrupts the command by itself, and many take a second time for impatience. Either way this program
  // waits for how the command ends.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  const [code, signal] = await once(child, 'close').catch((cause: unknown) => {
    throw new UsageError(`${command} cannot be started`, { cause });
  });
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
