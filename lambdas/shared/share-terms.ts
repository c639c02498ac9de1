import { equalBytes } from '../crypto/bytes.ts';
import type { RecordContext } from '../crypto/context.ts';
import type { Cek } from '../crypto/envelope.ts';
import { Tampered } from '../crypto/errors.ts';
import { type ShareTerms, termsContext, termsText } from '../crypto/share-terms.ts';
import type { Received } from '../stores/shares.ts';
import { vault } from './vault.ts';

/** @param record what is shared, in its present version */
export function sealTerms(cek: Cek, record: RecordContext, shareId: string, terms: ShareTerms): Uint8Array {
  return vault.sealUnder(cek, termsContext(record, shareId), termsText(terms));
}

/**
 * The terms of a share, found to be those that stand beside them in the clear.
 *
 * @param cek of the version that the share was made of
 * @param record what is shared, in that version
 * @throws Tampered @throws UnsupportedSuite
 */
export function openTerms(cek: Cek, record: RecordContext, received: Received): ShareTerms {
  const { shareId, sealedTerms, permission, ownerName, expiresAt } = received;
  const text = vault.openValue(cek, termsContext(record, shareId), sealedTerms);
  // The version of the text is ours: its authenticity was just shown.
  const terms = JSON.parse(new TextDecoder().decode(text)) as ShareTerms;
  const shown = termsText({ permission, ownerName, expiresAt, alias: terms.alias });
  if (!equalBytes(text, shown)) throw new Tampered();
  return terms;
}
