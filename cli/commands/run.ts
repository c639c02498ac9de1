import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { runProgram } from '../../client/executions.ts';
import { type Command, textsOf, UsageError } from '../command.ts';
import { follow, programHelp, programOptions, readProgramOptions } from '../execution.ts';

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
    options: { file: { type: 'string', multiple: true }, ...programOptions },
    optionHelp: { file: 'a file for the program’s directory; may be repeated', ...programHelp },
    async run(context) {
      const { values, client } = context;
      const [path = '', ...args] = context.args;
      const program = {
        code: await readFile(path, 'utf8'),
        language: languageOf(path),
        args,
        files: await Promise.all(textsOf(values, 'file').map(fileOf)),
        ...(await readProgramOptions(values)),
      };
      return follow(context, (followed) => runProgram(client, program, followed));
    },
  },
];

function languageOf(path: string): 'python' | 'javascript' {
  if (/\.py$/.test(path)) return 'python';
  if (/\.[cm]?js$/.test(path)) return 'javascript';
  throw new UsageError(`${path} ends neither in .py nor in .js`);
}

async function fileOf(path: string) {
  return { path: basename(path), contentB64: (await readFile(path)).toString('base64') };
}
