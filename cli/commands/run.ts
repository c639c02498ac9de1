import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type Execution, fetchLargeFile, runProgram } from '../../client/executions.ts';
import type { StrongroomClient } from '../../client/index.ts';
import { type Command, textOf, textsOf, UsageError } from '../command.ts';

export const run: readonly Command[] = [
  {
    name: 'run',
    args: 'FILE [ARG…]',
    summary: 'Run a program in the sandbox, with its output as it comes',
    details:
      'FILE ends in .py or .js. The exit code is the program’s; 124 where its time was over. Interrupt it to stop the ' +
      'program. Options stand before FILE: what follows is the program’s.',
    example: 'strongroom run --file data.csv --out results plot.py',
    arity: [1, 65],
    passThrough: true,
    options: {
      file: { type: 'string', multiple: true },
      out: { type: 'string' },
      stdin: { type: 'boolean' },
      timeout: { type: 'string' },
      secret: { type: 'string', multiple: true },
      'no-secrets': { type: 'boolean' },
    },
    optionHelp: {
      file: 'a file for the program’s directory; may be repeated',
      out: 'folder for the files that the program leaves',
      stdin: 'pass standard input on',
      timeout: 'seconds, 30 unless given',
      secret: 'a secret for its environment, instead of all; may be repeated',
      'no-secrets': 'none',
    },
    async run({ values, args: [path = '', ...args], terminal, client }) {
      const named = textsOf(values, 'secret');
      const program = {
        code: await readFile(path, 'utf8'),
        language: languageOf(path),
        args,
        files: await Promise.all(textsOf(values, 'file').map(fileOf)),
        secrets: values['no-secrets'] ? ('none' as const) : named.length > 0 ? [...named] : ('all' as const),
        ...(values.stdin && { stdin: await readAll(process.stdin) }),
        timeoutSeconds: secondsOf(textOf(values, 'timeout')),
      };
      const interrupted = new AbortController();
      let executionId = '';
      let asked = false;
      // Before the program has an id nothing can stop it: that is waited for. Who asks twice ends this one at once.
      const stop = () => {
        asked = true;
        if (executionId) interrupted.abort();
      };
      process.once('SIGINT', stop).once('SIGTERM', stop);
      try {
        const execution = await runProgram(client, program, {
          onOutput: (stream, text) => terminal.json || process[stream].write(text),
          onAccepted: (id) => {
            executionId = id;
            if (asked) interrupted.abort();
          },
          signal: interrupted.signal,
        });
        const written = await save(client, execution, textOf(values, 'out'));
        if (terminal.json) terminal.print(JSON.stringify(execution));
        for (const file of written) terminal.note(file);
        return exitCodeOf(execution);
      } catch (error) {
        if (!interrupted.signal.aborted) throw error;
        await client.call('execute.stop', { params: { id: executionId } });
        return 130;
      }
    },
  },
];

function languageOf(path: string): 'python' | 'javascript' {
  if (/\.py$/.test(path)) return 'python';
  if (/\.[cm]?js$/.test(path)) return 'javascript';
  throw new UsageError(`${path} ends neither in .py nor in .js`);
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,4}(\.\d+)?$/.test(text))
    return text === undefined ? undefined : Number(text);
  throw new UsageError('--timeout takes seconds');
}

async function fileOf(path: string) {
  return { path: basename(path), contentB64: (await readFile(path)).toString('base64') };
}

/** Paths of a program are plain and relative; the server has seen to that, and so is it here. */
async function save(
  client: StrongroomClient,
  execution: Execution,
  folder: string | undefined,
): Promise<string[]> {
  if (folder === undefined) return [];
  const { files, largeFiles } = execution;
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
  for (const file of largeFiles) await write(file.path, await fetchLargeFile(client, execution, file));
  return written;
}

/** As a shell has it: 128 and the signal’s number; 124 as `timeout` does. */
function exitCodeOf({ status, exitCode, signal }: Execution): number {
  if (status === 'timed_out') return 124;
  if (exitCode !== null) return exitCode;
  return signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 137;
}
