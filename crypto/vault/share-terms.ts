import { equalBytes, utf8 } from '../encoding/bytes.ts';
import { readJsonObject } from '../encoding/json-object.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { type Cek, openValue, sealUnder } from './envelope.ts';

/** What a share says beyond the key that it wraps: sealed under that key, so that no store and no server can change it. */
export type ShareTerms = {
  readonly permission: 'read';
  readonly ownerName: string;
  readonly expiresAt: string | null;
  /** How the owner calls it; a value's alone. */
  readonly alias: string | null;
};

/** The terms as they stand beside the sealed ones, in the clear. The alias does not. */
export type ShownTerms = Omit<ShareTerms, 'alias'>;

/** @param shared what is shared, as it is when the share is made */
export function sealTerms(
  primitives: Primitives,
  cek: Cek,
  shared: RecordContext,
  shareId: string,
  terms: ShareTerms,
): Uint8Array {
  return sealUnder(primitives, cek, termsContext(shared, shareId), termsText(terms));
}

/**
 * The terms of a share, found to be those that stand beside them.
 *
 * @param cek of the version that the share was made of
 * @param shared what is shared, in that version
 * @throws Tampered also where a client sealed what are none @throws UnsupportedSuite
 */
export function openTerms(
  primitives: Primitives,
  cek: Cek,
  shared: RecordContext,
  shareId: string,
  sealed: Uint8Array,
  shown: ShownTerms,
): ShareTerms {
  const text = openValue(primitives, cek, termsContext(shared, shareId), sealed);
  const { permission, ownerName, expiresAt } = shown;
  const terms = { permission, ownerName, expiresAt, alias: aliasOf(text) };
  // There is one text for any terms, so this compares each field.
  if (!equalBytes(text, termsText(terms))) throw new Tampered();
  return terms;
}

function termsContext(shared: RecordContext, shareId: string): RecordContext {
  return { ...shared, recordType: `${shared.recordType}-share`, recordId: shareId };
}

/** JSON of the four fields, in this order. */
function termsText({ permission, ownerName, expiresAt, alias }: ShareTerms): Uint8Array {
  return utf8(JSON.stringify({ permission, ownerName, expiresAt, alias }));
}

function aliasOf(text: Uint8Array): string | null {
  const { alias } = readJsonObject(text);
  if (alias === null || (typeof alias === 'string' && alias.isWellFormed())) return alias;
  throw new Tampered();
}
