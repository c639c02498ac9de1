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
 * Checks to whom a client has wrapped a key. Whether it can be unwrapped, only the recipient can tell.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function requireWrapped(path: string, wrapped: Uint8Array, keys: StoredKeys, whose: string): void {
  if (vaultCrypto.isWrappedTo(publicKeysOf(keys), wrapped)) return;
  throw invalid(path, `is not wrapped to the public keys of ${whose}`);
}

/**
 * Checks the form of data that a client has sealed.
 *
 * @returns plaintext size in bytes
 * @throws ApiError INVALID_REQUEST
 */
export function requireSealed(path: string, sealed: Uint8Array): number {
  if (!hasHeader(sealed) || sealed.length < envelopeOverhead) throw invalid(path, 'is not a sealed value');
  return sealed.length - envelopeOverhead;
}

type NewPrivateKeys = {
  readonly kekRecordB64: Uint8Array;
  readonly encryptedPrivateKeyB64: Uint8Array;
  readonly encryptedPrivateKeyKyberB64: Uint8Array;
  readonly rekeyVerifierB64: Uint8Array;
};

/**
 * Parses private keys that a client has sealed, as far as their form shows: they belong to the caller, and the cost
 * of guessing the user secret is within bounds. Only the client can tell whether they can be decrypted and belong to
 * the public keys.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function parseSealedPrivateKeys(owner: KekOwner, keyVersion: number, body: NewPrivateKeys, now: Date) {
  const { kekRecordB64: kekRecord, rekeyVerifierB64: rekeyVerifier } = body;
  const sealed = { x25519: body.encryptedPrivateKeyB64, mlKem768: body.encryptedPrivateKeyKyberB64 };
  parseOrInvalid('kekRecordB64', 'is not a KEK record of the caller', () =>
    vaultCrypto.kekParameters(owner, kekRecord),
  );
  parseOrInvalid(
    'encryptedPrivateKeyB64',
    'and encryptedPrivateKeyKyberB64 are not sealed private keys',
    () => vaultCrypto.checkSealedKeys(sealed),
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
  parseOrInvalid('publicKeyB64', 'and publicKeyKyberB64 are not public keys', () =>
    vaultCrypto.checkPublicKeys(keys),
  );
}

/** Parses something that a caller sent. @throws ApiError INVALID_REQUEST if the format is invalid */
export function parseOrInvalid<T>(path: string, message: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) throw invalid(path, message);
    throw error;
  }
}
