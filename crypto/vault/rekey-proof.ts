import { equalBytes, lengthPrefixed, uint64 } from '../encoding/bytes.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { RecordContext } from './context.ts';
import { type Cek, cekBytes } from './envelope.ts';
import type { Kek, KekOwner } from './kek.ts';
import type { KeyPairs, PublicKeys } from './key-pairs.ts';
import type { KeyOwner } from './private-keys.ts';
import { header } from './suites.ts';
import { unwrapCek, wrapCek } from './wrap-cek.ts';

/**
 * Proves that a client may replace the private keys, without revealing user secret or keys. The server stores only the
 * SHA-256 of the proof. The proof is worthless after use:
 *
 *     proof of the user secret = HKDF-SHA-256(KEK, "", info), info = purpose, suite, org, user, key version
 *     proof of a restore       = a random CEK, which was wrapped to the owner's public keys when the restore was created
 *
 * The second proves that the client found private keys in the restore that match the public keys.
 */
export type RekeyProof = Uint8Array;

export const rekeyProofBytes = 32;

const purpose = 'strongroom rekey proof v1';

/** @param owner with the version of the keys to be replaced */
export function rekeyProof({ hkdfSha256 }: Primitives, kek: Kek, owner: KeyOwner): RekeyProof {
  const { org, user, keyVersion } = owner;
  const info = lengthPrefixed(purpose, header(), org, user, uint64(keyVersion));
  return hkdfSha256(kek, new Uint8Array(), info, rekeyProofBytes);
}

/** Returns the stored verifier of a proof, 32 bytes. */
export function proofVerifier({ sha256 }: Primitives, proof: RekeyProof): Uint8Array {
  return sha256(lengthPrefixed('strongroom rekey verifier v1', proof));
}

export function provesRekey(primitives: Primitives, proof: RekeyProof, verifier: Uint8Array): boolean {
  return equalBytes(proofVerifier(primitives, proof), verifier);
}

/** Creates a challenge that only the owner's private keys can answer. @throws Tampered if the public keys are invalid */
export function challengeRestore(
  primitives: Primitives,
  owner: KekOwner,
  publicKeys: PublicKeys,
  restoreId: string,
): { readonly challenge: Uint8Array; readonly verifier: Uint8Array } {
  const cek: Cek = primitives.randomBytes(cekBytes);
  const challenge = wrapCek(primitives, publicKeys, challengeContext(owner, restoreId), cek);
  return { challenge, verifier: proofVerifier(primitives, cek) };
}

/** @throws KeyMismatch @throws Tampered @throws UnsupportedSuite */
export function answerRestore(
  primitives: Primitives,
  owner: KekOwner,
  keys: KeyPairs,
  restoreId: string,
  challenge: Uint8Array,
): RekeyProof {
  return unwrapCek(primitives, keys, challengeContext(owner, restoreId), challenge);
}

function challengeContext({ org, user }: KekOwner, restoreId: string): RecordContext {
  return { org, owner: user, recordType: 'restore-challenge', recordId: restoreId, version: 1 };
}
