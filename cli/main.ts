import { parseArgs } from 'node:util';
import { AuditError } from '../client/audit.ts';
import { StrongroomError } from '../client/index.ts';
import { MessageError } from '../client/messages.ts';
import { UntrustedKeys } from '../client/vault/index.ts';
import { Refused, WrongUserSecret } from '../crypto/errors.ts';
import { type Command, common, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { contextOf } from './context.ts';
import { CredentialsUnusable } from './credentials.ts';
import { helpOf, overview, titleOf } from './help.ts';
import { Terminal } from './terminal.ts';

export const exitCodes = {
  refused: 1,
  usage: 2,
  signIn: 3,
  notFound: 4,
  network: 5,
  interrupted: 130,
  /** 128 and the number of SIGPIPE, which Node ignores: as a shell has it. */
  readerGone: 141,
} as const;

/** @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithoutReader);
  const found = findCommand(argv);
  const own = found ? split(found.command, found.rest).own : argv;
  const terminal = new Terminal({ json: own.includes('--json') });
  try {
    if (!found) {
      const asks = argv.length === 0 || ['help', '--help', '-h'].includes(argv[0] ?? '');
      (asks ? process.stdout : process.stderr).write(`${overview(commands)}\n`);
      return asks ? 0 : exitCodes.usage;
    }
    return (await runCommand(found.command, found.rest, terminal)) ?? 0;
  } catch (error) {
    return report(error, terminal);
  }
}

/** The command with the longest name that the line begins with. */
export function findCommand(argv: readonly string[]) {
  const line = `${argv.join(' ')} `;
  const command = commands
    .filter(({ name }) => line.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  return command && { command, rest: argv.slice(command.name.split(' ').length) };
}

let readerGone = false;

/** A program that runs in the sandbox is stopped first, as by a signal. Each write that fails comes here. */
function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (readerGone) return;
  readerGone = true;
  if (!process.emit('SIGTERM')) process.exit(exitCodes.readerGone);
}

async function runCommand(command: Command, rest: readonly string[], terminal: Terminal) {
  const { own, passed } = split(command, rest);
  const { values, positionals } = parse(command, own);
  if (values.help) {
    terminal.print(helpOf(command));
    return 0;
  }
  const args = [...positionals, ...passed];
  const [least, most] = command.arity;
  if (args.length < least || args.length > most) {
    throw new UsageError(`Usage: strongroom ${titleOf(command)}`);
  }
  return command.run(await contextOf(command, values, args, terminal));
}

/** What belongs to a program, after the first argument, is not ours to read. */
function split({ passThrough, options = {} }: Command, rest: readonly string[]) {
  if (!passThrough) return { own: rest, passed: [] };
  let at = 0;
  while (at < rest.length && rest[at] !== '--' && rest[at]?.startsWith('-')) {
    const name = rest[at]?.replace(/^--?/, '').split('=')[0] ?? '';
    const takesValue = { ...common, ...options }[name]?.type === 'string' && !rest[at]?.includes('=');
    at += takesValue ? 2 : 1;
  }
  const passed = rest.slice(rest[at] === '--' ? at + 1 : at);
  return { own: rest.slice(0, at), passed };
}

function parse({ options = {} }: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...common, ...options }, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function report(error: unknown, terminal: Terminal): number {
  const { code, message, details } = describe(error);
  if (terminal.json) terminal.note(JSON.stringify({ error: message, code, details }));
  else {
    terminal.note(`strongroom: ${message}${code ? ` (${code})` : ''}`);
    for (const { path, message: fault } of details ?? []) terminal.note(`  ${path} ${fault}`);
  }
  return exitCodeOf(error);
}

function describe(error: unknown) {
  if (error instanceof StrongroomError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  const known =
    error instanceof MessageError ||
    error instanceof AuditError ||
    error instanceof Refused ||
    error instanceof UntrustedKeys;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { code: known ? error.code : undefined, message, details: undefined };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof CredentialsUnusable) return exitCodes.usage;
  if (error instanceof WrongUserSecret) return exitCodes.signIn;
  if (!(error instanceof StrongroomError)) return exitCodes.refused;
  if (error.code === 'NETWORK') return exitCodes.network;
  if (error.status === 401) return exitCodes.signIn;
  return error.status === 404 ? exitCodes.notFound : exitCodes.refused;
}
