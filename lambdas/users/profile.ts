import { toBase64 } from '../../crypto/encoding/base64.ts';
import type { StoredKeys } from '../stores/keys.ts';

/** Public keys as the API gives them; null for whoever has made none. */
export function publicKeyInfo(keys: StoredKeys | undefined) {
  return {
    publicKeyB64: keys ? toBase64(keys.publicKey) : null,
    publicKeyKyberB64: keys ? toBase64(keys.publicKeyKyber) : null,
  };
}
