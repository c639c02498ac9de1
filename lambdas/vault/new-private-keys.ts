import { wipe } from '../../crypto/encoding/bytes.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import type { KeyOwner } from '../../crypto/vault/private-keys.ts';
import { toBase64 } from '../pipeline/base64.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { OperationResult } from '../pipeline/operation.ts';
import { type PrivateKeyFields, replacePrivateKeys, type StoredKeys } from '../stores/keys.ts';
import { deleteRestore, type Restore } from '../stores/recovery.ts';
import { rememberKek } from './key-ring.ts';
import { stretching, vaultCrypto } from './node-vault-crypto.ts';
import type { SecretContext } from './user-secret.ts';

/** Seals private keys under a new user secret, and wipes them. The KEK is cached for the reads that follow. */
export async function sealUnderSecret(
  context: SecretContext,
  secret: string,
  keyVersion: number,
  pairs: KeyPairs,
) {
  const { orgId, userId } = context.caller;
  const owner: KeyOwner = { org: orgId, user: userId, keyVersion };
  const { kek, record } = await stretching(context).createKek(secret, owner);
  const sealed = vaultCrypto.sealPrivateKeys(kek, owner, pairs);
  const rekeyVerifier = vaultCrypto.proofVerifier(vaultCrypto.rekeyProof(kek, owner));
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
 * Returns the result that replaces the current private keys and deletes any restore.
 *
 * @param restored the restore that was proven; it must still be pending
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
      { ...replacePrivateKeys(orgId, userId, fields, keyVersion), onConflict: 'CONFLICT' },
      { ...deleteRestore(orgId, userId, restored?.restoreId), onConflict: 'CONFLICT' },
    ],
    audit: { resource: `users/${userId}/keys` },
  } as const satisfies OperationResult;
}
