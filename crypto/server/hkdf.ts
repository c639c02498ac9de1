import { hkdfSync } from 'node:crypto';

/**
 * Derives a key with HKDF-SHA-256 (RFC 5869) from a uniformly random or already stretched key.
 *
 * @param info the purpose of the derived key; unique for each purpose
 * @param length in bytes, at most 8,160
 */
export function hkdf(
  key: Uint8Array,
  info: string,
  length = 32,
  salt: Uint8Array = new Uint8Array(),
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, info, length));
}
