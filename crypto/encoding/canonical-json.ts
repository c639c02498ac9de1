export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * JSON in one form only (RFC 8785, the JSON Canonicalization Scheme): members sorted by the UTF-16 units of their
 * names, no white space. Strings and numbers are as ECMAScript writes them, which is what the scheme asks for.
 *
 * @throws RangeError for a number that is not finite
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('not a number of JSON');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as Json)}`).join()}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
