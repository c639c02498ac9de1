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
  const { record, sealed } = take(restored);
  const kek = await openKek(primitives, temporarySecret, owner, record);
  try {
    return openPrivateKeys(primitives, kek, owner, publicKeys, sealed);
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
  const { record, sealed } = take(restored);
  kekParameters(primitives, owner, record);
  checkSealedKeys(primitives, sealed);
}

/** The KEK record, found to be the same in both, and what follows it. @throws Tampered */
function take({ x25519, mlKem768 }: SealedPrivateKeys) {
  const record = x25519.subarray(0, kekRecordBytes);
  if (!equalBytes(record, mlKem768.subarray(0, kekRecordBytes))) throw new Tampered();
  const sealed = { x25519: x25519.subarray(kekRecordBytes), mlKem768: mlKem768.subarray(kekRecordBytes) };
  return { record, sealed };
}
