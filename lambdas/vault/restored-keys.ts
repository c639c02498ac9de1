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

type Restored = {
  readonly encryptedPrivateKeyEccB64: Uint8Array;
  readonly encryptedPrivateKeyKyberB64: Uint8Array;
};

/**
 * Restored keys of the right form, for this owner; what is in them shows with the temporary secret alone.
 *
 * @throws ApiError INVALID_REQUEST
 */
export function requireRestoredKeys(owner: KekOwner, body: Restored): void {
  const restored = { x25519: body.encryptedPrivateKeyEccB64, mlKem768: body.encryptedPrivateKeyKyberB64 };
  parseOrInvalid(
    'encryptedPrivateKeyEccB64',
    'and encryptedPrivateKeyKyberB64 are no keys of this owner',
    () => vaultCrypto.checkRestoredKeys(owner, restored),
  );
}

/** @throws ApiError RESTORE_TOO_EARLY while the owner has time to veto it */
export function requireAvailable({ availableAt }: Restore, now: Date): void {
  const waitMs = Date.parse(availableAt) - now.getTime();
  if (waitMs <= 0) return;
  throw new ApiError('RESTORE_TOO_EARLY', { headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } });
}

/**
 * The owner's key pairs out of a restore, opened by the temporary secret and found to be those of the public keys.
 *
 * @throws ApiError RESTORE_TOO_EARLY, WRONG_USER_SECRET, RATE_LIMITED @throws Tampered for other keys
 */
export async function openRestore(
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
