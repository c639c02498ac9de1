import { Tampered } from '../errors.ts';

/** Parses a JSON object that some client sealed. Its fields are unchecked. @throws Tampered if it is not valid JSON */
export function readJsonObject(text: Uint8Array): { readonly [field: string]: unknown } {
  try {
    // A value that is not an object becomes one without these fields.
    return Object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch {
    throw new Tampered();
  }
}
