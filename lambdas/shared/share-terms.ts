import { utf8 } from '../crypto/bytes.ts';
import type { Cek } from '../crypto/envelope.ts';
import { Tampered } from '../crypto/errors.ts';
import type { Received, Shared } from '../stores/shares.ts';
import { vault } from './vault.ts';

/** What a share says beyond the key that it wraps: sealed under that key, so that no store can change it. */
export type Terms = {
  readonly permission: 'read';
  readonly ownerName: string;
  readonly expiresAt: string | null;
  /** How the owner calls it; a value's alone. */
  readonly alias: string | null;
};

type Place = {
  readonly org: string;
  readonly shared: Shared;
  readonly shareId: string;
  /** Of what is shared, when the share was made. */
  readonly version: number;
};

const contextOf = ({ org, shared, shareId, version }: Place) => ({
  org,
  owner: shared.ownerUserId,
  recordType: `${shared.kind}-share`,
  recordId: shareId,
  version,
});

const textOf = ({ permission, ownerName, expiresAt, alias }: Terms) =>
  JSON.stringify({ permission, ownerName, expiresAt, alias });

export function sealTerms(cek: Cek, place: Place, terms: Terms): Uint8Array {
  return vault.sealUnder(cek, contextOf(place), utf8(textOf(terms)));
}

/**
 * The terms of a share, found to be those that stand beside them in the clear.
 *
 * @param cek of the version that the share was made of
 * @throws Tampered @throws UnsupportedSuite
 */
export function openTerms(cek: Cek, org: string, kind: Shared['kind'], received: Received): Terms {
  const { ownerUserId, resource, shareId, termsVersion: version, sealedTerms } = received;
  const place = { org, shared: { kind, ownerUserId, resource }, shareId, version };
  const text = new TextDecoder().decode(vault.openValue(cek, contextOf(place), sealedTerms));
  const terms = JSON.parse(text) as Terms;
  // The version of the text is ours: its authenticity was just shown.
  const { permission, ownerName, expiresAt } = received;
  if (text !== textOf({ permission, ownerName, expiresAt, alias: terms.alias })) throw new Tampered();
  return terms;
}
