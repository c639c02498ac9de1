import type { ParseArgsConfig } from 'node:util';
import type { StrongroomClient } from '../client/index.ts';
import type { Terminal } from './terminal.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;
/** Options of every command, and a sentence for each. */
export const common = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  'api-key-file': { type: 'string' },
  profile: { type: 'string' },
} as const satisfies Options;
export const commonHelp: Readonly<Record<Exclude<keyof typeof common, 'help'>, string>> = {
  json: 'answer in JSON',
  url: 'the installation; else the one signed in at',
  'api-key-file': 'file with an API key, instead of the one signed in by; - is standard input',
  profile: 'which of several installations or accounts that you are signed in at',
};

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export type Context = {
  readonly values: Values;
  /** What stands on the command line beside options. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** Signed in, unless the command asks for no credential. */
  readonly client: StrongroomClient;
  readonly url: string;
  /** What the client is signed in by. */
  readonly apiKey: string | undefined;
  /** Under which name credentials are kept. */
  readonly profile: string;
};

/** One command. Help, completion and the reference in docs/cli.md are made of these. */
export type Command = {
  /** As it is typed: `secrets put`. */
  readonly name: string;
  /** Of what follows: `NAME`, `FILE [ARG…]`. */
  readonly args?: string;
  readonly summary: string;
  readonly details?: string;
  readonly example?: string;
  readonly options?: Options;
  /** Name and sentence of each option. */
  readonly optionHelp?: Readonly<Record<string, string>>;
  /** How many arguments there must be. */
  readonly arity: readonly [least: number, most: number];
  /** What follows the first argument belongs to a program, options too. */
  readonly passThrough?: true;
  /** Can be used without being signed in. */
  readonly anonymous?: true;
  /** May name a profile that is not there yet. */
  readonly signsIn?: true;
  /** @returns the exit code, 0 unless given */
  run(context: Context): Promise<number | undefined>;
};

/** What the command line asks for cannot be. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError for an option that is no text */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new UsageError(`--${name} takes one value`);
}

export function textsOf(values: Values, name: string): readonly string[] {
  const value = values[name] ?? [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
