import { UsageError } from './errors.ts';

/** One option of a command. Help, completion, parsing and validation all read this record. */
export type Option<Value = unknown> = {
  /** What help calls the value. A flag takes none. */
  readonly value?: string;
  readonly help: string;
  readonly repeatable?: true;
  /** Values that completion offers. */
  readonly choices?: readonly string[];
  /** Converts the values as typed, none if the option is absent. Throws `UsageError` if one is invalid. */
  read(typed: readonly string[], flags: string): Value;
};

export type Options = Readonly<Record<string, Option>>;

/** The values that a command receives for its options. */
export type ValuesOf<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never;
};

export function flag(help: string): Option<boolean> {
  return { help, read: (typed) => typed.length > 0 };
}

export function text(value: string, help: string): Option<string | undefined> {
  return { value, help, read: (typed) => typed.at(-1) };
}

export function texts(
  value: string,
  help: string,
  choices: readonly string[] = [],
): Option<readonly string[]> {
  return { value, help, choices, repeatable: true, read: (typed) => typed };
}

/**
 * An option whose value `parse` converts.
 *
 * @param parse returns `undefined` for an invalid value
 * @param expected completes the error: "expected …"
 */
export function parsed<Value>(
  value: string,
  help: string,
  parse: (typed: string) => Value | undefined,
  expected: string,
): Option<Value | undefined> {
  return {
    value,
    help,
    read(typed, flags) {
      const last = typed.at(-1);
      if (last === undefined) return undefined;
      const result = parse(last);
      if (result === undefined)
        throw new UsageError(`invalid value '${last}' for ${flags}: expected ${expected}`);
      return result;
    },
  };
}

/** A whole number of at most 15 digits, which JavaScript holds exactly. */
export function count(
  value: string,
  help: string,
  { least = 1 }: { readonly least?: 0 | 1 } = {},
): Option<number | undefined> {
  const parse = (typed: string) =>
    /^\d{1,15}$/.test(typed) && Number(typed) >= least ? Number(typed) : undefined;
  return parsed(value, help, parse, least === 0 ? 'a whole number' : 'a whole number of at least 1');
}

export function required<Value>(option: Option<Value | undefined>): Option<Value> {
  return {
    ...option,
    help: `${option.help} (required)`,
    read(typed, flags) {
      const value = option.read(typed, flags);
      if (value === undefined) throw new UsageError(`missing required option ${flags}`);
      return value;
    },
  };
}

/** An option as help shows it: `--timeout <seconds>`. */
export function flagsOf(name: string, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}
