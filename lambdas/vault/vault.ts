import { native } from '../../crypto/providers/native.ts';
import type { PublicKeys } from '../../crypto/vault/key-pairs.ts';
import { vaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { StoredKeys } from '../stores/keys.ts';

/** The formats of the vault, on what the functions' runtime has. */
export const vault = vaultCrypto(native);

export function publicKeysOf({ publicKey, publicKeyKyber }: StoredKeys): PublicKeys {
  return { x25519: publicKey, mlKem768: publicKeyKyber };
}

/** @throws ApiError KEYS_REQUIRED */
export function requireKeys(keys: StoredKeys | undefined): StoredKeys {
  if (!keys) throw new ApiError('KEYS_REQUIRED');
  return keys;
}
