import type { Attributes, Value } from '../table.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Encodes attributes as JSON. Bytes become `{"$bytes":"<base64>"}`. A name that starts with `$` gets another `$`, so
 * that the two cannot be confused.
 */
export function toJson(attributes: Attributes): string {
  return JSON.stringify(tag(attributes));
}

export function fromJson(text: string): Attributes {
  const json = JSON.parse(text);
  return text.includes('"$') ? (untag(json) as Attributes) : json;
}

function tag(value: Value): Json {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(tag);
  const entries = Object.entries(value).map(([name, entry]) => [
    name.startsWith('$') ? `$${name}` : name,
    tag(entry),
  ]);
  return Object.fromEntries(entries);
}

function untag(json: Json): Value {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(untag);
  if ('$bytes' in json) return new Uint8Array(Buffer.from(json.$bytes as string, 'base64'));
  const entries = Object.entries(json).map(([name, entry]) => [
    name.startsWith('$') ? name.slice(1) : name,
    untag(entry),
  ]);
  return Object.fromEntries(entries);
}
