import * as z from 'zod';
import { screamingSnake } from './variables.ts';

/** Tables of the documentation. */
export type SettingGroup = 'access' | 'limits' | 'stack' | 'sandboxes' | 'generator';

/** One setting. The code that reads it, the help text and the documentation all take it from here. */
export type Setting = {
  readonly schema: z.ZodType<unknown, string>;
  /** As it is written in the context of the stack or in the environment. */
  readonly default?: string;
  /** Default on one machine, if it differs. */
  readonly localDefault?: string;
  /** Words for the documentation, if no value says what the default is. */
  readonly defaultText?: string;
  /** Where an operator may set it. The stack itself sets a setting with `nowhere`. */
  readonly settable: 'everywhere' | 'deployment' | 'machine' | 'nowhere';
  readonly group: SettingGroup;
  /** One sentence without its full stop. */
  readonly description: string;
};

/** Settings by their names in the context of the stack. */
export type Definitions = Readonly<Record<string, Setting>>;

/** `authRateLimit` is `STRONGROOM_AUTH_RATE_LIMIT`. */
export type VariableOf<Name extends string> = `STRONGROOM_${ScreamingSnake<Name>}`;
type ScreamingSnake<Word extends string> = Word extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? Uppercase<First> : `_${First}`}${ScreamingSnake<Rest>}`
  : '';

/** Returns the environment variable of a setting. */
export function variableOf<Name extends string>(name: Name): VariableOf<Name> {
  return `STRONGROOM_${screamingSnake(name)}` as VariableOf<Name>;
}

/** The schema of a setting with its default. */
type WithDefault<S extends Setting> = S extends { readonly default: string }
  ? z.ZodPrefault<S['schema']>
  : z.ZodOptional<S['schema']>;

/** The schema of settings by name. */
export type NamedSchema<D extends Definitions> = z.ZodObject<{
  -readonly [N in keyof D]: WithDefault<D[N]>;
}>;

/** The schema of settings by environment variable. */
export type VariableSchema<D extends Definitions> = z.ZodObject<{
  -readonly [N in keyof D & string as VariableOf<N>]: WithDefault<D[N]>;
}>;

/** Returns the schema of settings by name. */
export function namedSchema<const D extends Definitions>(definitions: D): NamedSchema<D> {
  return schema(definitions, (name) => name) as unknown as NamedSchema<D>;
}

/** Returns the schema of settings by environment variable. */
export function variableSchema<const D extends Definitions>(definitions: D): VariableSchema<D> {
  return schema(definitions, variableOf) as unknown as VariableSchema<D>;
}

function schema(definitions: Definitions, keyOf: (name: string) => string): z.ZodObject {
  const withDefaults = Object.entries(definitions).map(([name, { schema, default: text }]) => [
    keyOf(name),
    text === undefined ? schema.optional() : schema.prefault(text),
  ]);
  return z.object(Object.fromEntries(withDefaults));
}

/** Returns a schema of whole numbers. */
export const WholeNumber = (least: number, most: number) =>
  z
    .string()
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    });
