import { concat, equalBytes, wipe } from './bytes.ts';
import { committedOverhead } from './committed-aead.ts';
import { Tampered } from './errors.ts';
import { createKek, type KekOwner, kekParameters, kekRecordBytes, openKek } from './kek.ts';
import type { KeyPairs, PublicKeys } from './key-pairs.ts';
import { type KeyOwner, openPrivateKeys, type SealedPrivateKeys, sealPrivateKeys } from './private-keys.ts';
import { mlKem768Bytes, type Primitives, x25519Bytes } from './providers/primitives.ts';

/** What restored keys are bound to in the place of a version: they are of none, and no live keys have it. */
export const restoredKeyVersion = 0;

/**
 * Private keys under a temporary secret, as a restore brings them back. They bring their KEK record along, since the
 * live one is of another secret:
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
 * The key pairs, found to be those of the live public keys.
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
  const record = restored.x25519.subarray(0, kekRecordBytes);
  if (!equalBytes(record, restored.mlKem768.subarray(0, kekRecordBytes))) throw new Tampered();
  const kek = await openKek(primitives, temporarySecret, owner, record);
  try {
    return openPrivateKeys(primitives, kek, owner, publicKeys, {
      x25519: restored.x25519.subarray(kekRecordBytes),
      mlKem768: restored.mlKem768.subarray(kekRecordBytes),
    });
  } finally {
    wipe(kek);
  }
}

/**
 * As far as it shows without the secret.
 *
 * @throws Tampered for what is none, or another owner's @throws UnsupportedSuite
 */
export function checkRestoredKeys(
  primitives: Primitives,
  owner: KekOwner,
  restored: SealedPrivateKeys,
): void {
  const { x25519, mlKem768 } = restored;
  const record = x25519.subarray(0, kekRecordBytes);
  kekParameters(primitives, owner, record);
  const sameRecord = equalBytes(record, mlKem768.subarray(0, kekRecordBytes));
  const sizes = [x25519Bytes, mlKem768Bytes.seed].map((seed) => kekRecordBytes + committedOverhead + seed);
  if (!sameRecord || x25519.length !== sizes[0] || mlKem768.length !== sizes[1]) throw new Tampered();
}
