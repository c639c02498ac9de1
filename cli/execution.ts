import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type Followed, fetchLargeFile, type Result } from '../client/executions.ts';
import type { StrongroomClient } from '../client/index.ts';
import { type Context, type Options, textOf, textsOf, UsageError, type Values } from './command.ts';

/** Options of commands that run a program in the sandbox. */
export const programOptions: Options = {
  out: { type: 'string' },
  stdin: { type: 'boolean' },
  timeout: { type: 'string' },
  secret: { type: 'string', multiple: true },
  'no-secrets': { type: 'boolean' },
};
export const programHelp = {
  out: 'folder for the files that the program leaves',
  stdin: 'pass standard input on',
  timeout: 'seconds, 30 unless given',
  secret: 'a secret for its environment, instead of all; may be repeated',
  'no-secrets': 'none',
};

/** What a program is given beside its code, as these options say it. */
export async function readProgramOptions(values: Values) {
  const named = textsOf(values, 'secret');
  return {
    secrets: values['no-secrets'] ? ('none' as const) : named.length > 0 ? [...named] : ('all' as const),
    timeoutSeconds: secondsOf(textOf(values, 'timeout')),
    ...(values.stdin && { stdin: await readAll(process.stdin) }),
  };
}

/**
 * Runs a program with its output as it comes, saves what it left, and stops it at an interrupt.
 *
 * @param unstoppable said at an interrupt before the program has an id, where that may take a while
 * @returns the exit code
 */
export async function follow(
  { values, terminal, client }: Context,
  start: (followed: Followed) => Promise<Result>,
  unstoppable?: string,
): Promise<number> {
  const interrupted = new AbortController();
  let executionId = '';
  let asked = false;
  // Before the program has an id nothing can stop it: that is waited for. Who asks twice ends this one at once.
  const stop = () => {
    asked = true;
    if (executionId) interrupted.abort();
    else if (unstoppable) terminal.note(unstoppable);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const result = await start({
      onOutput: (stream, text) => terminal.json || process[stream].write(text),
      onAccepted: (id) => {
        executionId = id;
        if (asked) interrupted.abort();
      },
      signal: interrupted.signal,
    });
    const written = await save(client, result, textOf(values, 'out'));
    if (terminal.json) terminal.print(JSON.stringify(result));
    for (const file of written) terminal.note(file);
    return exitCodeOf(result);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    await client.call('executions.stop', { params: { id: executionId } });
    return 130;
  }
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,4}(\.\d+)?$/.test(text))
    return text === undefined ? undefined : Number(text);
  throw new UsageError('--timeout takes seconds');
}

/** Paths of a program are plain and relative; the server has seen to that, and so is it here. */
async function save(client: StrongroomClient, result: Result, folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  const { files, largeFiles } = result;
  const written: string[] = [];
  const write = async (path: string, content: Uint8Array) => {
    if (path.startsWith('/') || path.split(/[\\/]/).includes('..'))
      throw new Error(`${path} leads elsewhere`);
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    written.push(target);
  };
  for (const { path, contentB64 } of files) await write(path, Buffer.from(contentB64, 'base64'));
  for (const file of largeFiles) await write(file.path, await fetchLargeFile(client, result, file));
  return written;
}

/** As a shell has it: 128 and the signal’s number; 124 as `timeout` does. */
function exitCodeOf({ status, exitCode, signal }: Result): number {
  if (status === 'timed_out') return 124;
  if (exitCode !== null) return exitCode;
  return signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 137;
}
