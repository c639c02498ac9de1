import { AuditError } from '../client/audit.ts';
import { StrongroomError } from '../client/index.ts';
import { MessageError } from '../client/messages.ts';
import { UntrustedKeys } from '../client/vault/index.ts';
import { Refused, WrongUserSecret } from '../crypto/errors.ts';
import { CredentialsUnusable } from './credentials.ts';
import { Interrupted, UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export const exitCodes = {
  failed: 1,
  usage: 2,
  signIn: 3,
  notFound: 4,
  network: 5,
  timedOut: 124,
  /** 128 and the number of SIGINT, as a shell reports it. */
  interrupted: 130,
  /** 128 and the number of SIGPIPE, which Node ignores. */
  readerGone: 141,
} as const;

/** Prints an error on standard error and returns the exit code. */
export function report(error: unknown, terminal: Terminal): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  const { code, message, details } = describe(error);
  if (terminal.json) terminal.note(JSON.stringify({ error: message, code, details }));
  else {
    terminal.note(`strongroom: ${message}${code ? ` (${code})` : ''}`);
    for (const { path, message: problem } of details ?? []) terminal.note(`  ${path} ${problem}`);
    if (error instanceof UsageError && error.hint) terminal.note(error.hint);
  }
  return exitCodeOf(error);
}

function describe(error: unknown) {
  if (error instanceof StrongroomError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  const hasCode =
    error instanceof MessageError ||
    error instanceof AuditError ||
    error instanceof Refused ||
    error instanceof UntrustedKeys;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { code: hasCode ? error.code : undefined, message, details: undefined };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof CredentialsUnusable) return exitCodes.usage;
  if (error instanceof WrongUserSecret) return exitCodes.signIn;
  if (!(error instanceof StrongroomError)) return exitCodes.failed;
  if (error.code === 'NETWORK') return exitCodes.network;
  if (error.status === 401) return exitCodes.signIn;
  return error.status === 404 ? exitCodes.notFound : exitCodes.failed;
}
