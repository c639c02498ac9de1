import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { getVaultValue } from '../../client/vault/index.ts';
import { type Command, textOf, UsageError } from '../command.ts';
import { userSecretHelp, userSecretOptions } from '../user-secret.ts';
import { withVault } from '../vault.ts';
import { namesOf } from './kv.ts';

export const env: readonly Command[] = [
  {
    name: 'env',
    args: 'COMMAND [ARG…]',
    summary: 'Run a command here, with values of the vault as environment variables',
    details:
      'app/database-url becomes DATABASE_URL with --prefix app/. The values are decrypted here; they are in the memory of the ' +
      'command and in no file. The user secret stays here.',
    example: 'strongroom env --prefix app/ -- npm start',
    arity: [1, 1000],
    passThrough: true,
    options: { ...userSecretOptions, prefix: { type: 'string' } },
    optionHelp: { ...userSecretHelp, prefix: 'values whose names begin so; all unless given' },
    async run(context) {
      const { values, args, client } = context;
      const prefix = textOf(values, 'prefix') ?? '';
      const names = (await namesOf(client)).filter((name) => name.startsWith(prefix));
      const variables: Record<string, string> = {};
      await withVault(context, async (vault) => {
        for (const key of names) {
          const variable = variableOf(key.slice(prefix.length));
          if (variable in variables) throw new UsageError(`two values would be ${variable}`);
          const { value } = await getVaultValue(vault, key);
          variables[variable] = new TextDecoder().decode(value);
        }
      });
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
