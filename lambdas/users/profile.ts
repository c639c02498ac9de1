import type { StoredKeys } from '../stores/keys.ts';
import { toB64 } from '../vault/vault.ts';

/** Public keys as the API gives them; null for whoever has made none. */
export function publicKeyInfo(keys: StoredKeys | undefined) {
  return {
    publicKeyB64: keys ? toB64(keys.publicKey) : null,
    publicKeyKyberB64: keys ? toB64(keys.publicKeyKyber) : null,
  };
}
