import { createHmac } from 'node:crypto';
import { hkdf } from './hkdf.ts';

/**
 * Computes HMAC-SHA-256 (RFC 2104) under a key derived for one purpose, so that `key` can serve other purposes too.
 *
 * @returns 32 bytes
 */
export function hmacSha256(key: Uint8Array, purpose: string, message: Uint8Array): Uint8Array {
  const own = hkdf(key, purpose);
  const mac = createHmac('sha256', own).update(message).digest();
  own.fill(0);
  return mac;
}
