import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { requireLength } from '../encoding/bytes.ts';
import { type XWing, xWingBytes } from './primitives.ts';

/** X-Wing from `@noble/post-quantum`, which expands the seed again for each decapsulation. */
export const portableXWing: XWing = {
  privateKey(seed) {
    requireLength('X-Wing seed', seed, xWingBytes.seed);
    const { publicKey, secretKey } = ml_kem768_x25519.keygen(seed);
    return {
      publicKey,
      decapsulate(ciphertext) {
        requireLength('X-Wing ciphertext', ciphertext, xWingBytes.ciphertext);
        try {
          return ml_kem768_x25519.decapsulate(ciphertext, secretKey);
        } catch {
          return undefined;
        }
      },
      wipe: () => secretKey.fill(0),
    };
  },
  publicKey(bytes) {
    requireLength('X-Wing public key', bytes, xWingBytes.publicKey);
    return {
      encapsulate() {
        try {
          const { sharedSecret, cipherText } = ml_kem768_x25519.encapsulate(bytes);
          return { sharedSecret, ciphertext: cipherText };
        } catch {
          return undefined;
        }
      },
    };
  },
};
