import { concat, equalBytes, wipe } from './bytes.ts';
import { Tampered } from './errors.ts';
import { createKek, kekRecordBytes, openKek } from './kek.ts';
import type { KeyPairs, PublicKeys } from './key-pairs.ts';
import { type KeyOwner, openPrivateKeys, type SealedPrivateKeys, sealPrivateKeys } from './private-keys.ts';
import type { Primitives } from './providers/primitives.ts';

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
