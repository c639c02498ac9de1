import { equalBytes, utf8 } from '../encoding/bytes.ts';
import { readJsonObject } from '../encoding/json-object.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { type Cek, openValue, sealUnder } from './envelope.ts';

/** The terms of a share, sealed under the shared key, so that no store and no server can change them. */
export type ShareTerms = {
  readonly permission: 'read';
  readonly ownerName: string;
  readonly expiresAt: string | null;
  /** The owner's name for the share; values only. */
  readonly alias: string | null;
};

/** The terms that are also stored in plaintext. The alias is not. */
export type ShownTerms = Omit<ShareTerms, 'alias'>;

/** Seals the terms of a share. @param shared the shared record, at the version of the share's creation */
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
 * Opens the terms of a share and checks that they match the plaintext terms.
 *
 * @param cek of the version that was shared
 * @param shared the shared record, at that version
 * @throws Tampered, also if a client sealed something other than terms @throws UnsupportedSuite
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
  // Equal terms have equal texts, so this compares every field.
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
