import type { JsonSchema, OpenApiDocument } from '../../contract/openapi/types.ts';
import { type Child, el } from '../shared/dom.ts';
import { inline } from './markdown.ts';
import { nameOf, resolve } from './reference.ts';

/** Which fields stand out: those that a request must have, or those that an answer may lack. */
type Direction = 'request' | 'answer';

type Inside = {
  readonly document: OpenApiDocument;
  readonly direction: Direction;
  readonly within: readonly string[];
};

/** A schema for people: its fields with types, constraints and nested fields, references resolved. */
export function schemaView(document: OpenApiDocument, schema: JsonSchema, direction: Direction): HTMLElement {
  const inside = { document, direction, within: [] };
  const nested = fieldsOf(schema, inside);
  return el(
    'div',
    { class: 'schema' },
    el('p', { class: 'line' }, typeView(schema, document), constraintsView(schema, document)),
    resolve(document, schema).description && el('p', {}, inline(resolve(document, schema).description ?? '')),
    nested,
  );
}

function fieldsOf(schema: JsonSchema, { document, direction, within }: Inside): HTMLElement | undefined {
  const name = nameOf(schema);
  if (name && within.includes(name)) return undefined;
  const inside = { document, direction, within: name ? [...within, name] : within };
  const target = resolve<JsonSchema>(document, schema);
  if (target.properties) {
    const fields = Object.entries(target.properties).map(([field, property]) =>
      fieldView(field, property, target.required?.includes(field) ?? false, inside),
    );
    return fields.length > 0 ? el('ul', { class: 'fields' }, fields) : undefined;
  }
  for (const part of [
    ...(target.items ? [target.items] : []),
    ...(typeof target.additionalProperties === 'object' ? [target.additionalProperties] : []),
    ...(target.anyOf ?? target.oneOf ?? target.allOf ?? []),
  ]) {
    const fields = fieldsOf(part, inside);
    if (fields) return fields;
  }
  return undefined;
}

function fieldView(name: string, schema: JsonSchema, required: boolean, inside: Inside): HTMLElement {
  const { document, direction } = inside;
  const description = schema.description ?? resolve<JsonSchema>(document, schema).description;
  const nested = fieldsOf(schema, inside);
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
      !required && direction === 'answer' && el('span', { class: 'mark' }, 'not always there'),
      constraintsView(schema, document),
    ),
    description && el('p', {}, inline(description)),
    nested && el('details', {}, el('summary', {}, 'Fields of ', el('code', {}, name)), nested),
  );
}

export function typeView(schema: JsonSchema, document: OpenApiDocument): Child {
  return el('span', { class: 'type' }, typeOf(schema, document));
}

/** Such as `array of SecretMetadata`, `string or null`. */
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

/** What else must hold of a value, each as a mark of its own. */
export function constraintsView(schema: JsonSchema, document: OpenApiDocument): Child[] {
  return constraintsOf(resolve<JsonSchema>(document, schema)).map(([label, value]) =>
    el('span', { class: 'mark' }, label && `${label} `, value && el('code', {}, value)),
  );
}

export function constraintsOf(schema: JsonSchema): [label: string, value: string][] {
  const marks: [string, string][] = [];
  const mark = (label: string, value: unknown) => {
    if (value !== undefined) marks.push([label, typeof value === 'string' ? value : JSON.stringify(value)]);
  };
  const values = schema.enum ?? schema.anyOf?.find((part) => part.enum)?.enum;
  if (values) marks.push(['one of', values.map((value) => JSON.stringify(value)).join(', ')]);
  if (schema.const !== undefined) marks.push(['always', JSON.stringify(schema.const)]);
  mark('', schema.format);
  mark('encoded as', schema.contentEncoding);
  mark('matches', schema.pattern);
  mark('at least', schema.minimum);
  mark('at most', schema.maximum);
  mark('more than', schema.exclusiveMinimum);
  mark('less than', schema.exclusiveMaximum);
  mark('characters at least', schema.minLength);
  if (schema['x-maxBytes'] === undefined) mark('characters at most', schema.maxLength);
  mark('at most', bytes(schema['x-maxBytes']));
  mark('entries at least', schema.minItems);
  mark('entries at most', schema.maxItems);
  if (schema.default !== undefined) marks.push(['default', JSON.stringify(schema.default)]);
  if (schema.examples) marks.push(['such as', JSON.stringify(schema.examples[0])]);
  return marks;
}

function bytes(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  const MiB = 1024 * 1024;
  if (count % MiB === 0) return `${count / MiB} MiB of UTF-8`;
  return count % 1024 === 0 ? `${count / 1024} KiB of UTF-8` : `${count} bytes of UTF-8`;
}
