import { randomBytes } from 'node:crypto';

/** Returns random bytes in the shape of a ciphertext of format 1. No key opens them. */
export function legacyCiphertext(blocks = 4): string {
  return randomBytes(32).toString('hex') + randomBytes(16 * blocks).toString('base64');
}

/** Returns random bytes in the shape of a ciphertext of format 2. @param characters length of the text */
export function sr2Ciphertext(characters = 200): string {
  const bytes = Math.floor(((characters - 'sr2.'.length) * 3) / 4);
  return `sr2.${randomBytes(bytes).toString('base64url')}`;
}
