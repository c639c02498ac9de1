import { type Command, commonHelp } from './command.ts';

/** All commands, a line each. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => titleOf(command).length));
  const lines = commands.map((command) => `  ${titleOf(command).padEnd(width)}  ${command.summary}`);
  return ['Usage: strongroom COMMAND …', '', ...lines, '', 'strongroom COMMAND --help says more.'].join('\n');
}

export function helpOf(command: Command): string {
  const { summary, details, example, optionHelp = {} } = command;
  const options = { ...optionHelp, ...commonHelp };
  const width = Math.max(...Object.keys(options).map((name) => name.length));
  return [
    `Usage: strongroom ${titleOf(command)}`,
    '',
    `${summary}.`,
    ...(details ? ['', details] : []),
    '',
    ...Object.entries(options).map(([name, help]) => `  --${name.padEnd(width)}  ${help}`),
    ...(example ? ['', 'Example:', `  ${example}`] : []),
  ].join('\n');
}

export function titleOf({ name, args }: Command): string {
  return args ? `${name} ${args}` : name;
}
