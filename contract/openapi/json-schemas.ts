import * as z from 'zod';
import type { JsonSchema } from './types.ts';

/** Schemas by a name of the caller's own. */
export type Schemas = Readonly<Record<string, z.ZodType>>;

export type Converted = {
  /** By the caller's names, as they read in a request. */
  readonly requests: Readonly<Record<string, JsonSchema>>;
  /** By the caller's names, as they read in an answer. */
  readonly answers: Readonly<Record<string, JsonSchema>>;
  /** Whatever has an id, by it; the others refer to them. */
  readonly components: Readonly<Record<string, JsonSchema>>;
};

const componentPath = '#/components/schemas/';

/**
 * JSON Schema 2020-12 of zod schemas, with references as OpenAPI has them.
 *
 * An object of an answer is left open unless its schema is strict, since answers may gain fields.
 *
 * @throws Error where one id stands for two different schemas
 */
export function jsonSchemas(requests: Schemas, answers: Schemas): Converted {
  const input = convert(requests, 'input');
  const output = convert(answers, 'output');
  const components: Record<string, JsonSchema> = { ...input.components };
  for (const [id, schema] of Object.entries(output.components)) {
    if (components[id] && JSON.stringify(components[id]) !== JSON.stringify(schema)) {
      throw new Error(`schema ${id} reads differently in requests and in answers; give each its own id`);
    }
    components[id] = schema;
  }
  const names = Object.keys(components).sort();
  return {
    requests: input.roots,
    answers: output.roots,
    components: Object.fromEntries(names.map((name) => [name, components[name] as JsonSchema])),
  };
}

/** All at once as properties of one object, so that each schema with an id is converted once and referred to. */
function convert(schemas: Schemas, io: 'input' | 'output') {
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(schemas), {
    target: 'draft-2020-12',
    io,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
    },
  });
  return { roots: tidyEach(properties as RawEach), components: tidyEach($defs as RawEach) };
}

/** A schema as zod writes it, with `example` and `id` from its `.meta()`. */
type Raw = boolean | Readonly<Record<string, unknown>>;

type RawEach = Readonly<Record<string, Raw>>;

function tidyEach(schemas: RawEach): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, tidy(schema)]));
}

/** Formats that say all that zod's pattern of them says, and say it so that a person can read it. */
const spokenFormats = new Set(['date-time', 'date', 'email', 'uuid', 'uri', 'ipv4', 'ipv6']);

function tidy(raw: Raw): JsonSchema {
  if (typeof raw === 'boolean') return raw ? {} : { not: {} };
  const { id: _, example, ...rest } = raw;
  const schema: Record<string, unknown> = {};
  for (const keyword of ['$ref', 'type', 'description'] as const) {
    if (rest[keyword] !== undefined) schema[keyword] = rest[keyword];
  }
  for (const [keyword, value] of Object.entries(rest)) schema[keyword] = tidyKeyword(keyword, value);
  if (example !== undefined) schema.examples = [example];
  if (spokenFormats.has(String(schema.format))) delete schema.pattern;
  // Not limits of the API: zod's idea of an integer.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  return schema;
}

function tidyKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case '$ref':
      return String(value).replace('#/$defs/', componentPath);
    case 'properties':
      return tidyEach(value as RawEach);
    case 'items':
    case 'propertyNames':
    case 'not':
      return tidy(value as Raw);
    case 'additionalProperties':
      return typeof value === 'boolean' ? value : tidy(value as Raw);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return (value as Raw[]).map(tidy);
    default:
      return value;
  }
}
