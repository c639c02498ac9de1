import type { JsonSchema, OpenApiDocument } from '../../contract/openapi/types.ts';
import { type Child, el } from '../shared/dom.ts';
import { inline } from './markdown.ts';
import { nameOf, resolve } from './reference.ts';

/** Requests mark required fields, and responses mark optional ones. */
type Direction = 'request' | 'response';

type Context = {
  readonly document: OpenApiDocument;
  readonly direction: Direction;
  /** Names of the schemas around the field, to stop at recursion. */
  readonly ancestors: readonly string[];
};

/** Renders a schema's fields with their types, constraints and nested fields, and resolves references. */
export function schemaView(document: OpenApiDocument, schema: JsonSchema, direction: Direction): HTMLElement {
  const context = { document, direction, ancestors: [] };
  const nested = fieldsOf(schema, context);
  return el(
    'div',
    { class: 'schema' },
    el('p', { class: 'line' }, typeView(schema, document), constraintsView(schema, document)),
    resolve(document, schema).description && el('p', {}, inline(resolve(document, schema).description ?? '')),
    nested,
  );
}

function fieldsOf(schema: JsonSchema, { document, direction, ancestors }: Context): HTMLElement | undefined {
  const name = nameOf(schema);
  if (name && ancestors.includes(name)) return undefined;
  const context = { document, direction, ancestors: name ? [...ancestors, name] : ancestors };
  const target = resolve<JsonSchema>(document, schema);
  if (target.properties) {
    const fields = Object.entries(target.properties).map(([field, property]) =>
      fieldView(field, property, target.required?.includes(field) ?? false, context),
    );
    return fields.length > 0 ? el('ul', { class: 'fields' }, fields) : undefined;
  }
  for (const part of [
    ...(target.items ? [target.items] : []),
    ...(typeof target.additionalProperties === 'object' ? [target.additionalProperties] : []),
    ...(target.anyOf ?? target.oneOf ?? target.allOf ?? []),
  ]) {
    const fields = fieldsOf(part, context);
    if (fields) return fields;
  }
  return undefined;
}

function fieldView(name: string, schema: JsonSchema, required: boolean, context: Context): HTMLElement {
  const { document, direction } = context;
  const description = schema.description ?? resolve<JsonSchema>(document, schema).description;
  const nested = fieldsOf(schema, context);
  return el(
    'li',
    {},
    el(
      'p',
      { class: 'line' },
      el('code', { class: 'name' }, name),
      ' ',
      typeView(schema, document),
      required && direction === 'request' && el('span', { class: 'required' }, 'required'),
      !required && direction === 'response' && el('span', { class: 'tag' }, 'optional'),
      constraintsView(schema, document),
    ),
    description && el('p', {}, inline(description)),
    nested && el('details', {}, el('summary', {}, 'Fields of ', el('code', {}, name)), nested),
  );
}

export function typeView(schema: JsonSchema, document: OpenApiDocument): Child {
  return el('span', { class: 'type' }, typeOf(schema, document));
}

/** Returns a type such as `array of SecretMetadata` or `string or null`. */
function typeOf(schema: JsonSchema, document: OpenApiDocument): string {
  const name = nameOf(schema);
  if (name) {
    const { type } = resolve<JsonSchema>(document, schema);
    return type === 'object' || type === undefined ? name : `${[type].flat().join(' or ')} (${name})`;
  }
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return parts.map((part) => typeOf(part, document)).join(' or ');
  if (schema.allOf?.[0]) return typeOf(schema.allOf[0], document);
  if (schema.items) return `array of ${typeOf(schema.items, document)}`;
  if (typeof schema.additionalProperties === 'object' && !schema.properties) {
    const values = typeOf(schema.additionalProperties, document);
    return `object of ${values}`;
  }
  return [schema.type ?? 'any'].flat().join(' or ');
}

/** Renders a schema's constraints, such as its minimum length. */
export function constraintsView(schema: JsonSchema, document: OpenApiDocument): Child[] {
  return constraintsOf(resolve<JsonSchema>(document, schema)).map(([label, value]) =>
    el('span', { class: 'tag' }, label && `${label} `, value && el('code', {}, value)),
  );
}

export function constraintsOf(schema: JsonSchema): [label: string, value: string][] {
  const constraints: [string, string][] = [];
  const add = (label: string, value: unknown) => {
    if (value !== undefined)
      constraints.push([label, typeof value === 'string' ? value : JSON.stringify(value)]);
  };
  const values = schema.enum ?? schema.anyOf?.find((part) => part.enum)?.enum;
  if (values) constraints.push(['one of', values.map((value) => JSON.stringify(value)).join(', ')]);
  if (schema.const !== undefined) constraints.push(['always', JSON.stringify(schema.const)]);
  add('', schema.format);
  add('encoded as', schema.contentEncoding);
  add('matches', schema.pattern);
  add('at least', schema.minimum);
  add('at most', schema.maximum);
  add('more than', schema.exclusiveMinimum);
  add('less than', schema.exclusiveMaximum);
  add('minimum length', schema.minLength);
  if (schema['x-maxBytes'] === undefined) add('maximum length', schema.maxLength);
  add('at most', bytes(schema['x-maxBytes']));
  add('minimum items', schema.minItems);
  add('maximum items', schema.maxItems);
  if (schema.default !== undefined) constraints.push(['default', JSON.stringify(schema.default)]);
  if (schema.examples) constraints.push(['example', JSON.stringify(schema.examples[0])]);
  return constraints;
}

function bytes(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  const MiB = 1024 * 1024;
  if (count % MiB === 0) return `${count / MiB} MiB of UTF-8`;
  return count % 1024 === 0 ? `${count / 1024} KiB of UTF-8` : `${count} bytes of UTF-8`;
}
