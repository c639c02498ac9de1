import type { KekOwner } from '../../crypto/vault/kek.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import { restoredKeyVersion } from '../../crypto/vault/restored-keys.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Restore } from '../stores/recovery.ts';
import type { KeyRing } from './key-ring.ts';
import { stretching, vaultCrypto } from './node-vault-crypto.ts';
import { parseOrInvalid } from './sealed-input.ts';
import { publicKeysOf } from './stored-keys.ts';
import { readUserSecret, type SecretContext, trySecret } from './user-secret.ts';

type RestoredFields = {
  readonly encryptedPrivateKeyEccB64: Uint8Array;
  readonly encryptedPrivateKeyKyberB64: Uint8Array;
};

/**
 * Checks the form of restored keys and that they are for this owner. Only the temporary secret shows what is in them.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function requireRestoredKeys(owner: KekOwner, body: RestoredFields): void {
  const restored = { x25519: body.encryptedPrivateKeyEccB64, mlKem768: body.encryptedPrivateKeyKyberB64 };
  parseOrInvalid(
    'encryptedPrivateKeyEccB64',
    'and encryptedPrivateKeyKyberB64 are not restored keys of this owner',
    () => vaultCrypto.checkRestoredKeys(owner, restored),
  );
}

/** @throws ApiError RESTORE_TOO_EARLY while the owner can still veto the restore */
export function requireAvailable({ availableAt }: Restore, now: Date): void {
  const waitMs = Date.parse(availableAt) - now.getTime();
  if (waitMs <= 0) return;
  throw new ApiError('RESTORE_TOO_EARLY', { headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } });
}

/**
 * Decrypts the owner's key pairs in a restore with the temporary secret, and checks that they belong to the public
 * keys.
 *
 * @throws ApiError RESTORE_TOO_EARLY, WRONG_USER_SECRET, RATE_LIMITED @throws Tampered if they are other keys
 */
export async function decryptRestoredKeys(
  context: SecretContext,
  { stored }: KeyRing,
  restore: Restore,
): Promise<KeyPairs> {
  const { caller, headers, now } = context;
  requireAvailable(restore, now);
  const owner = { org: caller.orgId, user: caller.userId, keyVersion: restoredKeyVersion };
  const sealed = { x25519: restore.restoredKey, mlKem768: restore.restoredKeyKyber };
  return trySecret(context, () =>
    stretching(context).openRestoredKeys(readUserSecret(headers), owner, publicKeysOf(stored), sealed),
  );
}
