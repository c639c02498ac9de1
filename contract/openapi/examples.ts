import type { JsonSchema } from './types.ts';

type Components = Readonly<Record<string, JsonSchema>>;

const byFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-03-17T12:34:56.789Z',
  email: 'developer@example.com',
  uuid: '7b1f3a52-4f0e-4c7e-9d5b-0f6a2c1d8e34',
  uri: 'https://example.com/',
  base64: 'c3Ryb25ncm9vbQ==',
  base64url: 'c3Ryb25ncm9vbQ',
  ipv4: '203.0.113.7',
};

/**
 * Returns an example of a schema: its own, or one composed from its parts. Optional properties are included only if they
 * have an example of their own.
 *
 * @returns undefined if a required part has no example, such as a string with a pattern
 */
export function exampleOf(schema: JsonSchema, components: Components): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (Array.isArray(schema.type) && schema.type.includes('null') && !schema.format) return null;
  if (schema.$ref) {
    const target = components[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
    return target && exampleOf(target, components);
  }
  const [alternative] = schema.anyOf ?? schema.oneOf ?? [];
  if (alternative) return exampleOf(alternative, components);
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object':
      return exampleObject(schema, components);
    case 'array':
      return exampleArray(schema, components);
    case 'string':
      return exampleString(schema);
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'integer':
    case 'number':
      return schema.minimum ?? Math.min(0, schema.maximum ?? 0);
    default:
      return undefined;
  }
}

function exampleObject({ properties = {}, required = [] }: JsonSchema, components: Components): unknown {
  const example: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const isRequired = required.includes(name);
    if (!isRequired && !property.examples) continue;
    const value = exampleOf(property, components);
    if (value === undefined) return undefined;
    example[name] = value;
  }
  return example;
}

function exampleArray({ items, minItems = 0 }: JsonSchema, components: Components): unknown {
  const entry = items && exampleOf(items, components);
  if (entry === undefined) return minItems === 0 ? [] : undefined;
  return Array.from({ length: Math.max(1, minItems) }, () => entry);
}

function exampleString({ format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: JsonSchema) {
  if (format && byFormat[format] !== undefined) return byFormat[format];
  const plain = 'string';
  return pattern || plain.length < minLength || plain.length > maxLength ? undefined : plain;
}
