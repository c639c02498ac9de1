import { wipe } from '../../crypto/encoding/bytes.ts';
import { Refused } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import type { ShareTerms } from '../../crypto/vault/share-terms.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Received } from '../stores/shares.ts';
import { vaultCrypto } from './node-vault-crypto.ts';

export type DecryptedShare = {
  /** Content key of the version that the share refers to. Wipe after use. */
  readonly cek: Cek;
  readonly terms: ShareTerms;
};

/** Returns the context of the shared record at a version. */
type ContextAt = (version: number) => RecordContext;

/**
 * Decrypts a share with its recipient's keys: the content key of the record, and the terms.
 *
 * @throws ApiError SHARE_NOT_DECRYPTABLE if it is not wrapped to these keys
 * @throws Tampered @throws UnsupportedSuite if the terms were tampered with
 */
export function decryptShare(pairs: KeyPairs, received: Received, contextAt: ContextAt): DecryptedShare {
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

/** Like `decryptShare`, but returns `undefined` for a share that cannot be decrypted. */
export function tryDecryptShare(...share: Parameters<typeof decryptShare>): DecryptedShare | undefined {
  try {
    return decryptShare(...share);
  } catch (error) {
    if (error instanceof Refused || error instanceof ApiError) return undefined;
    throw error;
  }
}
