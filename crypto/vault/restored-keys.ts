import { concat, equalBytes, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import { createKek, type KekOwner, kekParameters, kekRecordBytes, openKek } from './kek.ts';
import type { KeyPairs, PublicKeys } from './key-pairs.ts';
import {
  checkSealedKeys,
  type KeyOwner,
  openPrivateKeys,
  type SealedPrivateKeys,
  sealPrivateKeys,
} from './private-keys.ts';

/** The key version that restored keys are bound to. No live keys have it. */
export const restoredKeyVersion = 0;

/**
 * Seals restored private keys under a temporary secret. They include their own KEK record, because the live record
 * belongs to another secret:
 *
 *     KEK record (see kek.ts) ‖ sealed seed (see private-keys.ts)
 */
export async function sealRestoredKeys(
  primitives: Primitives,
  temporarySecret: string,
  owner: KeyOwner,
  keys: KeyPairs,
): Promise<SealedPrivateKeys> {
  const { kek, record } = await createKek(primitives, temporarySecret, owner);
  const { x25519, mlKem768 } = sealPrivateKeys(primitives, kek, owner, keys);
  wipe(kek);
  return { x25519: concat(record, x25519), mlKem768: concat(record, mlKem768) };
}

/**
 * Decrypts restored key pairs and checks that they match the live public keys.
 *
 * @throws WrongUserSecret @throws Tampered @throws UnsupportedSuite
 */
export async function openRestoredKeys(
  primitives: Primitives,
  temporarySecret: string,
  owner: KeyOwner,
  publicKeys: PublicKeys,
  restored: SealedPrivateKeys,
): Promise<KeyPairs> {
  const { record, sealed } = splitRecord(restored);
  const kek = await openKek(primitives, temporarySecret, owner, record);
  try {
    return openPrivateKeys(primitives, kek, owner, publicKeys, sealed);
  } finally {
    wipe(kek);
  }
}

/**
 * Checks what can be checked without the secret.
 *
 * @throws Tampered if they are not restored keys of this owner @throws UnsupportedSuite
 */
export function checkRestoredKeys(
  primitives: Primitives,
  owner: KekOwner,
  restored: SealedPrivateKeys,
): void {
  const { record, sealed } = splitRecord(restored);
  kekParameters(primitives, owner, record);
  checkSealedKeys(primitives, sealed);
}

/** Splits off the KEK record, which must be the same in both. @throws Tampered */
function splitRecord({ x25519, mlKem768 }: SealedPrivateKeys) {
  const record = x25519.subarray(0, kekRecordBytes);
  if (!equalBytes(record, mlKem768.subarray(0, kekRecordBytes))) throw new Tampered();
  const sealed = { x25519: x25519.subarray(kekRecordBytes), mlKem768: mlKem768.subarray(kekRecordBytes) };
  return { record, sealed };
}
