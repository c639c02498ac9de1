export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Encodes as canonical JSON (RFC 8785, the JSON Canonicalization Scheme): members sorted by the UTF-16 units of their
 * names, without white space. The scheme requires strings and numbers as ECMAScript writes them.
 *
 * @throws RangeError for a number that is not finite
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError('JSON cannot represent this number');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as Json)}`).join()}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
