import { toBase64 } from '../../crypto/encoding/base64.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import type { KeyOwner } from '../../crypto/vault/private-keys.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import { type PrivateKeyFields, replacePrivateKeys, type StoredKeys } from '../stores/keys.ts';
import { deleteRestore, type Restore } from '../stores/recovery.ts';
import { rememberKek } from './key-ring.ts';
import type { SecretContext } from './user-secret.ts';
import { vault } from './vault.ts';

/**
 * The fields of private keys under a user secret that has just been set. They are wiped, and the KEK is kept for the
 * reads that follow.
 */
export async function sealUnderSecret(
  context: SecretContext,
  secret: string,
  keyVersion: number,
  pairs: KeyPairs,
) {
  const { orgId, userId } = context.caller;
  const owner: KeyOwner = { org: orgId, user: userId, keyVersion };
  const { kek, record } = await vault.createKek(secret, owner);
  const sealed = vault.sealPrivateKeys(kek, owner, pairs);
  const rekeyVerifier = vault.proofVerifier(vault.rekeyProof(kek, owner));
  rememberKek(context, record, secret, kek);
  pairs.wipe();
  wipe(kek);
  return {
    keyVersion,
    kekRecord: record,
    sealedPrivateKey: sealed.x25519,
    sealedPrivateKeyKyber: sealed.mlKem768,
    rekeyVerifier,
    updatedAt: context.now.toISOString(),
  };
}

/**
 * The answer that puts private keys in the place of the known ones, and leaves no restore behind.
 *
 * @param restored that was proven, and must still wait
 */
export function rekeyed(
  { orgId, userId }: UserCaller,
  { keyVersion, publicKey, publicKeyKyber }: StoredKeys,
  fields: PrivateKeyFields,
  restored: Restore | undefined,
) {
  return {
    status: 200,
    body: {
      rekeyed: true,
      publicKeyB64: toBase64(publicKey),
      publicKeyKyberB64: toBase64(publicKeyKyber),
      updatedUtc: fields.updatedAt,
    },
    writes: [
      { ...replacePrivateKeys(orgId, userId, fields, keyVersion), orElse: 'CONFLICT' },
      { ...deleteRestore(orgId, userId, restored?.restoreId), orElse: 'CONFLICT' },
    ],
    audit: { resource: `users/${userId}/keys` },
  } as const;
}
