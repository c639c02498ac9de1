import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { getVaultValue } from '../../client/vault/index.ts';
import { command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { text } from '../options.ts';
import { userSecretOptions } from '../user-secret.ts';
import { withVault } from '../vault.ts';
import { listKeys } from './kv.ts';

export const env: readonly Entry[] = [
  command({
    name: 'env',
    args: { '<command>': 'program to run', '[args...]': 'its arguments, including options' },
    summary: 'Run a command on this machine with values of the vault as environment variables',
    details:
      'With --prefix app/, the value app/database-url becomes DATABASE_URL. The values are decrypted on this machine and ' +
      'passed to the command in memory; they are written to no file.',
    examples: ['strongroom env --prefix app/ -- npm start'],
    passThrough: true,
    options: {
      ...userSecretOptions,
      prefix: text('prefix', 'only values whose names start with this (default: all)'),
    },
    async run(context) {
      const { options, args, client } = context;
      const { prefix = '' } = options;
      const keys = (await listKeys(client)).filter((key) => key.startsWith(prefix));
      const variables: Record<string, string> = {};
      await withVault(context, async (vault) => {
        for (const key of keys) {
          const variable = variableOf(key.slice(prefix.length));
          if (variable in variables) throw new UsageError(`two values map to the variable ${variable}`);
          const { value } = await getVaultValue(vault, key);
          variables[variable] = new TextDecoder().decode(value);
        }
      });
      return spawnAndWait(args, variables);
    },
  }),
];

function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
}

async function spawnAndWait(
  [program = '', ...args]: readonly string[],
  variables: Record<string, string>,
): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  // A terminal sends the interrupt to the child too, and many programs quit at the second one. Either way this process
  // waits for the child to end.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  const [code, signal] = await once(child, 'close').catch((cause: unknown) => {
    throw new UsageError(`cannot start ${program}`, { cause });
  });
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
