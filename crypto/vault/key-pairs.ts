import { equalBytes, lengthPrefixed, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import {
  type MlKem768PrivateKey,
  mlKem768Bytes,
  type Primitives,
  type X25519PrivateKey,
  x25519Bytes,
} from '../providers/primitives.ts';
import { header } from './suites.ts';

/** A user's public keys: 32 and 1,184 bytes. */
export type PublicKeys = { readonly x25519: Uint8Array; readonly mlKem768: Uint8Array };

/** The stored form of private keys: 32 bytes, and `d ‖ z` of FIPS 203, 64 bytes. Wipe them after use. */
export type PrivateSeeds = { readonly x25519: Uint8Array; readonly mlKem768: Uint8Array };

/** A user's key pairs, expanded and ready for use. */
export type KeyPairs = {
  readonly keyId: Uint8Array;
  readonly publicKeys: PublicKeys;
  readonly seeds: PrivateSeeds;
  readonly x25519: X25519PrivateKey;
  readonly mlKem768: MlKem768PrivateKey;
  /** Wipes the seeds too. */
  wipe(): void;
};

export function generateKeyPairs(primitives: Primitives): KeyPairs {
  const { randomBytes } = primitives;
  return expandSeeds(primitives, {
    x25519: randomBytes(x25519Bytes),
    mlKem768: randomBytes(mlKem768Bytes.seed),
  });
}

/**
 * Expands seeds to key pairs. `KeyPairs.wipe` wipes the seeds too.
 *
 * @param publicKeys the public keys that must match the seeds
 * @throws Tampered if they do not match, after wiping the seeds
 */
export function expandSeeds(primitives: Primitives, seeds: PrivateSeeds, publicKeys?: PublicKeys): KeyPairs {
  if (seeds.x25519.length !== x25519Bytes || seeds.mlKem768.length !== mlKem768Bytes.seed) {
    wipe(seeds.x25519, seeds.mlKem768);
    throw new Tampered();
  }
  const x25519 = primitives.x25519.privateKey(seeds.x25519);
  const mlKem768 = primitives.mlKem768.privateKey(seeds.mlKem768);
  const own = { x25519: x25519.publicKey, mlKem768: mlKem768.publicKey };
  const keyId = keyIdOf(primitives, own);
  const wipeAll = () => {
    x25519.wipe();
    mlKem768.wipe();
    wipe(seeds.x25519, seeds.mlKem768);
  };
  if (publicKeys && !equalBytes(keyIdOf(primitives, publicKeys), keyId)) {
    wipeAll();
    throw new Tampered();
  }
  return { keyId, publicKeys: own, seeds, x25519, mlKem768, wipe: wipeAll };
}

/**
 * Returns the id of a pair of public keys: SHA-256 over both, 32 bytes. Every wrapped key is bound to it, and so to
 * exactly these two keys.
 *
 * @throws Tampered if a key has the wrong length
 */
export function keyIdOf({ sha256 }: Primitives, { x25519, mlKem768 }: PublicKeys): Uint8Array {
  if (x25519.length !== x25519Bytes || mlKem768.length !== mlKem768Bytes.publicKey) throw new Tampered();
  return sha256(lengthPrefixed('strongroom key id v1', header(), x25519, mlKem768));
}
