import { Refused } from '../../crypto/errors.ts';
import { envelopeOverhead } from '../../crypto/vault/envelope.ts';
import type { KekOwner } from '../../crypto/vault/kek.ts';
import type { PublicKeys } from '../../crypto/vault/key-pairs.ts';
import { hasHeader } from '../../crypto/vault/suites.ts';
import { invalid } from '../pipeline/api-error.ts';
import type { StoredKeys } from '../stores/keys.ts';
import { vaultCrypto } from './node-vault-crypto.ts';
import { publicKeysOf } from './stored-keys.ts';

/**
 * What can be seen of a key that a client has wrapped: to whom. Whether it opens, they alone will see.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function requireWrapped(path: string, wrapped: Uint8Array, keys: StoredKeys, whose: string): void {
  if (vaultCrypto.isWrappedTo(publicKeysOf(keys), wrapped)) return;
  throw invalid(path, `is not wrapped to the public keys of ${whose}`);
}

/**
 * What can be seen of something that a client has sealed: its form.
 *
 * @returns the size of what is in it, in bytes
 * @throws ApiError INVALID_REQUEST
 */
export function requireSealed(path: string, sealed: Uint8Array): number {
  if (!hasHeader(sealed) || sealed.length < envelopeOverhead) throw invalid(path, 'is nothing sealed');
  return sealed.length - envelopeOverhead;
}

type NewPrivateKeys = {
  readonly kekRecordB64: Uint8Array;
  readonly encryptedPrivateKeyB64: Uint8Array;
  readonly encryptedPrivateKeyKyberB64: Uint8Array;
  readonly rekeyVerifierB64: Uint8Array;
};

/**
 * The fields of private keys that a client has sealed, as far as their form shows: theirs is the user secret, and the
 * cost of guessing it is within its bounds. Whether the keys open, and are those of the public ones, only they can see.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function parseSealedPrivateKeys(owner: KekOwner, keyVersion: number, body: NewPrivateKeys, now: Date) {
  const { kekRecordB64: kekRecord, rekeyVerifierB64: rekeyVerifier } = body;
  const sealed = { x25519: body.encryptedPrivateKeyB64, mlKem768: body.encryptedPrivateKeyKyberB64 };
  parseOrInvalid('kekRecordB64', 'is no record of a KEK of the caller', () =>
    vaultCrypto.kekParameters(owner, kekRecord),
  );
  parseOrInvalid('encryptedPrivateKeyB64', 'and encryptedPrivateKeyKyberB64 are no sealed private keys', () =>
    vaultCrypto.checkSealedKeys(sealed),
  );
  return {
    keyVersion,
    kekRecord,
    sealedPrivateKey: sealed.x25519,
    sealedPrivateKeyKyber: sealed.mlKem768,
    rekeyVerifier,
    updatedAt: now.toISOString(),
  };
}

/** @throws ApiError INVALID_REQUEST */
export function requirePublicKeys(keys: PublicKeys): void {
  parseOrInvalid('publicKeyB64', 'and publicKeyKyberB64 are no public keys', () =>
    vaultCrypto.checkPublicKeys(keys),
  );
}

/** What the formats make of something that a caller sent. @throws ApiError INVALID_REQUEST where it is none of them */
export function parseOrInvalid<T>(path: string, message: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) throw invalid(path, message);
    throw error;
  }
}
