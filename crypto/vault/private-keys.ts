import { lengthPrefixed, uint64, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import { mlKem768Bytes, type Primitives, x25519Bytes } from '../providers/primitives.ts';
import { committedOverhead, openCommitted, sealCommitted } from './committed-aead.ts';
import type { Kek, KekOwner } from './kek.ts';
import { expandSeeds, type KeyPairs, keyIdOf, type PrivateSeeds, type PublicKeys } from './key-pairs.ts';
import { afterHeader, header } from './suites.ts';

/**
 * Private keys at rest: each seed is sealed separately under the KEK in the format of `committed-aead.ts`, bound to org,
 * user, key version, algorithm and the id of the public keys.
 */
export type SealedPrivateKeys = { readonly x25519: Uint8Array; readonly mlKem768: Uint8Array };

export type KeyOwner = KekOwner & {
  /** Incremented by each generation and each rekey, so that keys under an older secret cannot be put back. */
  readonly keyVersion: number;
};

const purpose = 'strongroom private key v1';

export function sealPrivateKeys(
  primitives: Primitives,
  kek: Kek,
  owner: KeyOwner,
  { keyId, seeds }: KeyPairs,
): SealedPrivateKeys {
  const seal = (algorithm: keyof PrivateSeeds) =>
    sealCommitted(primitives, kek, bind(owner, algorithm, keyId), seeds[algorithm]);
  return { x25519: seal('x25519'), mlKem768: seal('mlKem768') };
}

/**
 * Decrypts the key pairs and checks that they match the public keys. Call it with a KEK whose commitment matched: then
 * any failure is tampering.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export function openPrivateKeys(
  primitives: Primitives,
  kek: Kek,
  owner: KeyOwner,
  publicKeys: PublicKeys,
  sealed: SealedPrivateKeys,
): KeyPairs {
  const keyId = keyIdOf(primitives, publicKeys);
  const open = (algorithm: keyof PrivateSeeds) =>
    openCommitted(primitives, kek, bind(owner, algorithm, keyId), sealed[algorithm]);
  const x25519 = open('x25519');
  try {
    return expandSeeds(primitives, { x25519, mlKem768: open('mlKem768') }, publicKeys);
  } catch (error) {
    wipe(x25519);
    throw error;
  }
}

/**
 * Checks the format, which is all that can be checked without the KEK.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export function checkSealedKeys(_: Primitives, { x25519, mlKem768 }: SealedPrivateKeys): void {
  for (const sealed of [x25519, mlKem768]) afterHeader(sealed);
  const sizes = [x25519Bytes, mlKem768Bytes.seed].map((seed) => committedOverhead + seed);
  if (x25519.length !== sizes[0] || mlKem768.length !== sizes[1]) throw new Tampered();
}

function bind(
  { org, user, keyVersion }: KeyOwner,
  algorithm: keyof PrivateSeeds,
  keyId: Uint8Array,
): Uint8Array {
  return lengthPrefixed(purpose, header(), org, user, uint64(keyVersion), algorithm, keyId);
}
