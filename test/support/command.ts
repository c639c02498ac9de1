import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

export type CommandOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Kills the command and rejects. */
  readonly signal: AbortSignal;
};

const shownLines = 60;

/**
 * Runs a command until it exits, and appends its output to a file.
 *
 * @throws Error with the last lines of the output if the command fails
 */
export async function run(
  [program, ...args]: readonly [string, ...string[]],
  { logFile, ...options }: CommandOptions & { readonly logFile: string },
): Promise<void> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
  } catch (error) {
    await new Promise((closed) => log.end(closed));
    throw new Error(`${[program, ...args].join(' ')}\n${await tail(logFile)}`, { cause: error });
  } finally {
    log.end();
  }
}

/** Runs a command on the caller's terminal. @returns its exit code */
export async function runVisibly(
  [program, ...args]: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<number> {
  const child = spawn(program, args, { ...options, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return code ?? 1;
}

export async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-shownLines).join('\n');
}
