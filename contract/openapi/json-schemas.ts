import * as z from 'zod';
import type { JsonSchema } from './types.ts';

/** Schemas by names that the caller chooses. */
export type Schemas = Readonly<Record<string, z.ZodType>>;

export type Converted = {
  /** Request schemas by the caller's names. */
  readonly requests: Readonly<Record<string, JsonSchema>>;
  /** Response schemas by the caller's names. */
  readonly responses: Readonly<Record<string, JsonSchema>>;
  /** Schemas with an id, by id. The others refer to them. */
  readonly components: Readonly<Record<string, JsonSchema>>;
};

const componentPath = '#/components/schemas/';

/**
 * Converts zod schemas to JSON Schema 2020-12, with references in OpenAPI's form.
 *
 * Objects in responses are open unless their schema is strict, because responses may gain fields.
 *
 * @throws Error if one id names two different schemas
 */
export function jsonSchemas(requests: Schemas, responses: Schemas): Converted {
  const input = convert(requests, 'input');
  const output = convert(responses, 'output');
  const components: Record<string, JsonSchema> = { ...input.components };
  for (const [id, schema] of Object.entries(output.components)) {
    if (components[id] && JSON.stringify(components[id]) !== JSON.stringify(schema)) {
      throw new Error(`schema ${id} differs between requests and responses; give each its own id`);
    }
    components[id] = schema;
  }
  const names = Object.keys(components).sort();
  return {
    requests: input.roots,
    responses: output.roots,
    components: Object.fromEntries(names.map((name) => [name, components[name] as JsonSchema])),
  };
}

/** Converts all schemas as properties of one object, so that each schema with an id is converted once. */
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

/** A schema as zod converts it, with `example` and `id` from its `.meta()`. */
type Raw = boolean | Readonly<Record<string, unknown>>;

type RawEach = Readonly<Record<string, Raw>>;

function tidyEach(schemas: RawEach): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, tidy(schema)]));
}

/** Formats that make zod's own pattern redundant. */
const wellKnownFormats = new Set(['date-time', 'date', 'email', 'uuid', 'uri', 'ipv4', 'ipv6']);

function tidy(raw: Raw): JsonSchema {
  if (typeof raw === 'boolean') return raw ? {} : { not: {} };
  const { id: _, example, ...rest } = raw;
  const schema: Record<string, unknown> = {};
  for (const keyword of ['$ref', 'type', 'description'] as const) {
    if (rest[keyword] !== undefined) schema[keyword] = rest[keyword];
  }
  for (const [keyword, value] of Object.entries(rest)) schema[keyword] = tidyKeyword(keyword, value);
  if (example !== undefined) schema.examples = [example];
  if (wellKnownFormats.has(String(schema.format))) delete schema.pattern;
  // zod's bounds of an integer, not limits of the API.
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
