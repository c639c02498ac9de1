import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { runProgram } from '../../client/executions.ts';
import { type Language, languageIds, languageOfFile, languages } from '../../contract/languages.ts';
import { command, type Entry } from '../command.ts';
import { UsageError } from '../errors.ts';
import { executionOptions, follow, readExecutionOptions } from '../execution.ts';
import { texts } from '../options.ts';

export const run: readonly Entry[] = [
  command({
    name: 'run',
    args: { '<file>': 'program, ending in .py or .js', '[args...]': 'its arguments, including options' },
    summary: 'Run a program in the sandbox and print its output as it arrives',
    details:
      "The exit code is that of the program, or 124 if it timed out. An interrupt stops the program. The CLI's own options " +
      'must precede <file>.',
    examples: ['strongroom run --file data.csv --out results plot.py'],
    passThrough: true,
    options: {
      file: texts('path', "copy this file to the program's working directory"),
      ...executionOptions,
    },
    async run(context) {
      const { options, client } = context;
      const [path = '', ...args] = context.args;
      const program = {
        code: await readFile(path, 'utf8'),
        language: languageOf(path),
        args,
        files: await Promise.all(options.file.map(readInputFile)),
        ...(await readExecutionOptions(options)),
      };
      return follow(context, (followed) => runProgram(client, program, followed));
    },
  }),
];

function languageOf(path: string): Language {
  const language = languageOfFile(path);
  if (language) return language;
  const endings = languageIds.map((id) => `.${languages[id].fileExtensions[0]}`).join(' or ');
  throw new UsageError(`unknown language of ${path}: expected a name ending in ${endings}`);
}

async function readInputFile(path: string) {
  return { path: basename(path), contentB64: (await readFile(path)).toString('base64') };
}
