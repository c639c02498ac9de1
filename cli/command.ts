import type { StrongroomClient } from '../client/index.ts';
import { flag, type Options, text, type ValuesOf } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command. */
export const commonOptions = {
  json: flag('print JSON, including errors'),
  url: text('url', 'server to use, instead of the one you signed in to'),
  'api-key-file': text(
    'file',
    'read an API key from this file (-: standard input) instead of using the stored one',
  ),
  profile: text('name', 'stored server and account to use'),
} satisfies Options;

export type Context<Values = unknown> = {
  readonly options: Values;
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** Signed in, unless the command is anonymous. */
  readonly client: StrongroomClient;
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Name under which credentials are stored. */
  readonly profile: string;
};

/** Help for one argument, and the values that it is limited to. */
export type Argument = string | { readonly help: string; readonly choices: readonly string[] };

type Definition<O extends Options> = {
  /** As it is typed: `secrets put`. */
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly examples?: readonly string[];
  /** By name, in order: `<file>`, `[file]`, `<user...>`. */
  readonly args?: Readonly<Record<string, Argument>>;
  readonly options?: O;
  /** Everything after the first argument belongs to another program, including options. */
  readonly passThrough?: true;
  /** Works without being signed in. */
  readonly anonymous?: true;
  /** May name a profile that does not exist yet. */
  readonly signsIn?: true;
  /** Returns the exit code; without one it is 0. */
  run(context: Context<ValuesOf<O> & ValuesOf<typeof commonOptions>>): Promise<number> | Promise<void>;
};

/** One command. Parsing, help, completion and the reference in docs/cli.md are derived from it. */
export type Command = Definition<Options>;

/** A word that several commands begin with, such as `keys`. */
export type Group = { readonly name: string; readonly summary: string; readonly run?: never };

export type Entry = Command | Group;

/** Commands by the heading under which `strongroom --help` lists them. */
export type Topics = Readonly<Record<string, readonly (readonly Entry[])[]>>;

/** Returns the command as it is; `run` receives the options with their types. */
export function command<const O extends Options = Record<never, never>>(definition: Definition<O>): Command {
  return definition;
}

/** A command without its options: `zk get <name> [file]`. */
export function titleOf({ name, args = {} }: Command): string {
  return [name, ...Object.keys(args)].join(' ');
}
