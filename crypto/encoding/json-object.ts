import { Tampered } from '../errors.ts';

/** The fields of a JSON object that was sealed, by whichever client: none of them is checked. @throws Tampered */
export function readJsonObject(text: Uint8Array): { readonly [field: string]: unknown } {
  try {
    // What is no object has no fields.
    return Object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch {
    throw new Tampered();
  }
}
