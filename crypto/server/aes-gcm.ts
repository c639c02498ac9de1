import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Wrong key, wrong `aad`, or a modified or truncated ciphertext. It never reveals which. */
export class AesGcmRejected extends Error {
  override readonly name = 'AesGcmRejected';

  constructor() {
    super('the ciphertext cannot be decrypted');
  }
}

/**
 * AES-256-GCM (NIST SP 800-38D) as `nonce (12) ‖ ciphertext ‖ tag (16)`. The nonce is random, so one key seals at
 * most 2^32 messages (section 8.3 there).
 *
 * @param key 32 bytes
 */
export function sealAesGcm(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  checkKey(key);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws AesGcmRejected */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  checkKey(key);
  if (sealed.length < nonceBytes + tagBytes) throw new AesGcmRejected();
  const nonce = sealed.subarray(0, nonceBytes);
  const ciphertext = sealed.subarray(nonceBytes, sealed.length - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new AesGcmRejected();
  }
  return plaintext;
}

function checkKey(key: Uint8Array): void {
  if (key.length !== keyBytes) throw new TypeError(`an AES-256 key has ${keyBytes} bytes, not ${key.length}`);
}
