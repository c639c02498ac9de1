import { toBase64 } from '../pipeline/base64.ts';
import type { StoredKeys } from '../stores/keys.ts';

/** Returns public keys as the API shows them; null for a user without keys. */
export function publicKeyInfo(keys: StoredKeys | undefined) {
  return {
    publicKeyB64: keys ? toBase64(keys.publicKey) : null,
    publicKeyKyberB64: keys ? toBase64(keys.publicKeyKyber) : null,
  };
}
