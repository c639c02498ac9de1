import type { PublicKeys } from '../../crypto/vault/key-pairs.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { StoredKeys } from '../stores/keys.ts';

export function publicKeysOf({ publicKey, publicKeyKyber }: StoredKeys): PublicKeys {
  return { x25519: publicKey, mlKem768: publicKeyKyber };
}

/** @throws ApiError KEYS_REQUIRED */
export function requireKeys(keys: StoredKeys | undefined): StoredKeys {
  if (!keys) throw new ApiError('KEYS_REQUIRED');
  return keys;
}
