import { CommanderError } from 'commander';
import { type Command, commonOptions } from './command.ts';
import { topics } from './commands.ts';
import { createContext } from './context.ts';
import { UsageError } from './errors.ts';
import { exitCodes, report } from './exit-codes.ts';
import { flagsOf, type Options } from './options.ts';
import { createProgram, type Program, pathOf, typedValues } from './program.ts';
import { Terminal } from './terminal.ts';

/** Runs a command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithoutReader);
  let exitCode = 0;
  // What follows the first argument of some commands is not ours, so each command says itself whether --json is.
  let json = argv.includes('--json');
  const program = createProgram(topics, async (command, node) => {
    json = node.getOptionValue('json') === true;
    exitCode = await run(command, node, new Terminal({ json }));
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(helpAsOption(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    return report(error, new Terminal({ json }));
  }
}

/** `help zk run` is the same as `zk run --help`. */
function helpAsOption(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

async function run(command: Command, node: Program, terminal: Terminal): Promise<number> {
  refuseMisplacedOptions(node);
  checkArguments(command, node.args);
  const options = readOptions(node, { ...commonOptions, ...command.options });
  return (await command.run(await createContext(command, options, node.args, terminal))) ?? 0;
}

/** `admin users --org ID create` would silently ignore the option, since it belongs to `admin users`. */
function refuseMisplacedOptions(node: Program): void {
  for (let parent = node.parent; parent; parent = parent.parent) {
    if (Object.keys(parent.opts()).length > 0) throw new UsageError(`options must follow '${pathOf(node)}'`);
  }
}

function checkArguments({ args = {} }: Command, given: readonly string[]): void {
  for (const [position, [name, argument]] of Object.entries(args).entries()) {
    const value = given[position];
    if (typeof argument === 'string' || value === undefined || argument.choices.includes(value)) continue;
    throw new UsageError(`invalid ${name} '${value}': expected ${listOf(argument.choices)}`);
  }
}

const listOf = (choices: readonly string[]) =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(choices);

function readOptions<O extends Options>(node: Program, options: O) {
  const values = Object.entries(options).map(([name, option]) => {
    return [name, option.read(typedValues(node, name, option), flagsOf(name, option))];
  });
  return Object.fromEntries(values);
}

let readerGone = false;

/** Stops a program that runs in the sandbox first, as a signal does. Every failed write ends up here. */
function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (readerGone) return;
  readerGone = true;
  if (!process.emit('SIGTERM')) process.exit(exitCodes.readerGone);
}
