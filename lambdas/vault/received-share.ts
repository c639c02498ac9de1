import { wipe } from '../../crypto/encoding/bytes.ts';
import { Refused } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import type { ShareTerms } from '../../crypto/vault/share-terms.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Received } from '../stores/shares.ts';
import { vaultCrypto } from './node-vault-crypto.ts';

export type OpenShare = {
  /** Of the version that the share names now. Wipe after use. */
  readonly cek: Cek;
  readonly terms: ShareTerms;
};

/** What is shared, at some version. */
type ContextAt = (version: number) => RecordContext;

/**
 * Opens a share with its recipient's keys: the key of what is shared, and the terms.
 *
 * @throws ApiError SHARE_NOT_DECRYPTABLE where it is not wrapped to these keys
 * @throws Tampered @throws UnsupportedSuite where the terms were altered
 */
export function openShare(pairs: KeyPairs, received: Received, contextAt: ContextAt): OpenShare {
  const unwrap = (version: number, wrapped: Uint8Array) => {
    try {
      return vaultCrypto.unwrapCek(pairs, contextAt(version), wrapped);
    } catch (error) {
      if (error instanceof Refused) throw new ApiError('SHARE_NOT_DECRYPTABLE', { cause: error });
      throw error;
    }
  };
  const termsCek = unwrap(received.termsVersion, received.termsWrappedCek);
  try {
    const { shareId, sealedTerms } = received;
    const terms = vaultCrypto.openTerms(
      termsCek,
      contextAt(received.termsVersion),
      shareId,
      sealedTerms,
      received,
    );
    return { terms, cek: unwrap(received.version, received.wrappedCek) };
  } finally {
    wipe(termsCek);
  }
}

/** The same, or nothing for a share that does not open. */
export function tryOpenShare(...share: Parameters<typeof openShare>): OpenShare | undefined {
  try {
    return openShare(...share);
  } catch (error) {
    if (error instanceof Refused || error instanceof ApiError) return undefined;
    throw error;
  }
}
