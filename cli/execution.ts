import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type Followed, fetchLargeFile, type Result } from '../client/executions.ts';
import type { StrongroomClient } from '../client/index.ts';
import type { Context } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { flag, parsed, text, texts, type ValuesOf } from './options.ts';

/** Options of commands that run a program in the sandbox. */
export const executionOptions = {
  out: text('folder', 'save the files that the program creates to this folder'),
  stdin: flag('pass standard input to the program'),
  timeout: parsed(
    'seconds',
    'stop the program after this time (default: 30)',
    secondsOf,
    'a number of seconds',
  ),
  secret: texts('name', 'put only this secret into the environment, instead of all'),
  'no-secrets': flag('put no secrets into the environment'),
};

type Values = ValuesOf<typeof executionOptions>;

/** Returns the parameters of an execution that these options set. */
export async function readExecutionOptions({ secret, stdin, timeout, ...options }: Values) {
  return {
    secrets: options['no-secrets'] ? ('none' as const) : secret.length > 0 ? [...secret] : ('all' as const),
    timeoutSeconds: timeout,
    ...(stdin && { stdin: await readAll(process.stdin) }),
  };
}

/**
 * Starts an execution, prints its output as it arrives and saves its files. An interrupt stops the execution.
 *
 * @param pendingNote printed at an interrupt while the execution has no ID, if that can take a while
 * @returns the exit code
 */
export async function follow(
  { options, terminal, client }: Context<Values>,
  start: (followed: Followed) => Promise<Result>,
  pendingNote?: string,
): Promise<number> {
  const interrupted = new AbortController();
  let executionId = '';
  let stopRequested = false;
  // Until the execution has an ID it cannot be stopped, so this waits for the ID. A second interrupt ends the CLI.
  const stop = () => {
    stopRequested = true;
    if (executionId) interrupted.abort();
    else if (pendingNote) terminal.note(pendingNote);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const result = await start({
      onOutput: (stream, text) => terminal.json || process[stream].write(text),
      onAccepted: (id) => {
        executionId = id;
        if (stopRequested) interrupted.abort();
      },
      signal: interrupted.signal,
    });
    const saved = options.out === undefined ? [] : await saveFiles(client, result, options.out);
    if (terminal.json) terminal.print(JSON.stringify(result));
    for (const path of saved) terminal.note(path);
    return exitCodeOf(result);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    await client.call('executions.stop', { params: { id: executionId } });
    return exitCodes.interrupted;
  }
}

function secondsOf(text: string): number | undefined {
  return /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Returns the paths written. The server allows only plain relative paths; this does not rely on it. */
async function saveFiles(client: StrongroomClient, result: Result, folder: string): Promise<string[]> {
  const saved: string[] = [];
  const save = async (path: string, content: Uint8Array) => {
    if (path.startsWith('/') || path.split(/[\\/]/).includes('..')) {
      throw new Error(`refusing to write ${path}, which is outside the folder`);
    }
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    saved.push(target);
  };
  for (const { path, contentB64 } of result.files) await save(path, Buffer.from(contentB64, 'base64'));
  for (const file of result.largeFiles) await save(file.path, await fetchLargeFile(client, result, file));
  return saved;
}

/** Follows the shell (128 and the number of the signal) and `timeout` (124). */
function exitCodeOf({ status, exitCode, signal }: Result): number {
  if (status === 'timed_out') return exitCodes.timedOut;
  if (exitCode !== null) return exitCode;
  return signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 137;
}
