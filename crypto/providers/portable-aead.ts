import type { gcm } from '@noble/ciphers/aes.js';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { requireLength } from '../encoding/bytes.ts';
import type { Aead } from './primitives.ts';

const keyBytes = 32;
export const tagBytes = 16;

/** Exported separately for pages that need only this cipher. */
export const xChaCha20Poly1305 = aead('XChaCha20-Poly1305', xchacha20poly1305, 24);

export function aead(name: string, cipher: typeof gcm | typeof xchacha20poly1305, nonceBytes: number): Aead {
  const check = (key: Uint8Array, nonce: Uint8Array) => {
    requireLength(`${name} key`, key, keyBytes);
    requireLength(`${name} nonce`, nonce, nonceBytes);
  };
  return {
    seal(key, nonce, plaintext, aad) {
      check(key, nonce);
      return cipher(key, nonce, aad).encrypt(plaintext);
    },
    open(key, nonce, sealed, aad) {
      check(key, nonce);
      if (sealed.length < tagBytes) return undefined;
      try {
        return cipher(key, nonce, aad).decrypt(sealed);
      } catch {
        return undefined;
      }
    },
  };
}
