import { createRequire } from 'node:module';
import { Argument, CommanderError, Option as CommanderOption, Command as Program } from 'commander';
import { type Command, commonOptions, type Topics } from './command.ts';
import { UsageError } from './errors.ts';
import { flagsOf, type Option } from './options.ts';

export type { Program };

type Run = (command: Command, program: Program) => Promise<void>;

/**
 * Returns the commander program for these commands.
 *
 * It throws `UsageError` for a wrong command line, and `CommanderError` with exit code 0 after printing help or the
 * version.
 */
export function createProgram(topics: Topics, run: Run): Program {
  const program = new Program('strongroom')
    .usage('<command>')
    .version(version(), '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm })
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', "\nRun 'strongroom <command> --help' for options and examples.");
  throwErrors(program);
  for (const [heading, lists] of Object.entries(topics)) {
    for (const entry of lists.flat()) {
      const words = entry.name.split(' ');
      const [parent, name = ''] = [nodeAt(program, words.slice(0, -1)), words.at(-1)];
      const node = parent.command(name).summary(entry.summary).helpCommand(false);
      if (parent === program) node.helpGroup(heading);
      throwErrors(node);
      if (entry.run) addCommand(node, entry, run);
      else node.description(`${entry.summary}.`).usage('<command>');
    }
  }
  return program;
}

function nodeAt(program: Program, words: readonly string[]): Program {
  return words.reduce((node, word) => {
    const child = node.commands.find((command) => command.name() === word);
    if (!child) throw new Error(`${words.join(' ')} has no group`);
    return child;
  }, program);
}

function addCommand(node: Program, command: Command, run: Run): void {
  const { summary, details, examples = [], args = {}, options = {}, passThrough } = command;
  node.description(details ? `${summary}.\n\n${details}` : `${summary}.`);
  for (const [name, argument] of Object.entries(args)) {
    const { help, choices } = typeof argument === 'string' ? { help: argument, choices: [] } : argument;
    node.addArgument(Object.assign(new Argument(name, help), choices.length > 0 && { argChoices: choices }));
  }
  for (const [name, option] of Object.entries(options)) node.addOption(commanderOption(name, option));
  for (const [name, option] of Object.entries(commonOptions)) {
    node.addOption(commanderOption(name, option).helpGroup('Common options:'));
  }
  node.addHelpOption(new CommanderOption('-h, --help', 'show help').helpGroup('Common options:'));
  if (examples.length > 0) {
    node.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
  }
  node.passThroughOptions(passThrough === true).action(() => run(command, node));
}

/** Collects the values as typed. They are validated later, when it is known whether errors are to be JSON. */
function commanderOption(name: string, option: Option): CommanderOption {
  const { help, choices = [], repeatable } = option;
  const made = new CommanderOption(flagsOf(name, option), repeatable ? `${help} (repeatable)` : help);
  if (choices.length > 0) made.argChoices = [...choices];
  if (option.value !== undefined) {
    made.argParser((value: string, previous: readonly string[] = []) => [...previous, value]);
  }
  return made;
}

/** Returns the values of an option as typed. A flag that is set has one empty value. */
export function typedValues(program: Program, name: string, option: Option): readonly string[] {
  const attribute = new CommanderOption(flagsOf(name, option)).attributeName();
  if (program.getOptionValueSource(attribute) !== 'cli') return [];
  return option.value === undefined ? [''] : program.getOptionValue(attribute);
}

function throwErrors(node: Program): void {
  node.exitOverride((error) => {
    if (error.exitCode === 0) throw error;
    // Commander treats a group without a command as an error. Like gh, this prints its help instead.
    if (error.code === 'commander.help') {
      process.stdout.write(node.helpInformation());
      throw new CommanderError(0, error.code, error.message);
    }
    throw usageError(node, error);
  });
}

function usageError(node: Program, { code, message }: CommanderError): UsageError {
  const path = pathOf(node);
  if (code === 'commander.excessArguments' && node.commands.length > 0) {
    return new UsageError(`unknown command '${node.args[0]}'`, { hint: `See '${path} --help'.` });
  }
  const usage = { hint: `Usage: ${path} ${node.usage()}` };
  if (code === 'commander.excessArguments') {
    return new UsageError(`unexpected argument '${node.args[node.registeredArguments.length]}'`, usage);
  }
  const hint = code === 'commander.missingArgument' ? usage : { hint: `See '${path} --help'.` };
  return new UsageError(message.replace(/^error: /, ''), hint);
}

/** Leaves out `[options]`, which most commands have. */
function subcommandTerm(node: Program): string {
  const args = node.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [node.name(), ...args].join(' ');
}

/** Returns the words of a command, from `strongroom` on. */
export function pathOf(node: Program): string {
  return node.parent ? `${pathOf(node.parent)} ${node.name()}` : node.name();
}

/** A package may import its own manifest by name, from the repository as from node_modules. */
function version(): string {
  return createRequire(import.meta.url)('strongroom/package.json').version;
}
