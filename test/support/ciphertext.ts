import { randomBytes } from 'node:crypto';

/** Returns a ciphertext of the form of format 1; no one has its key. */
export function legacyCiphertext(blocks = 4): string {
  return randomBytes(32).toString('hex') + randomBytes(16 * blocks).toString('base64');
}

/** Returns a ciphertext of the form of format 2 with so many characters. */
export function sr2Ciphertext(characters = 200): string {
  const bytes = Math.floor(((characters - 'sr2.'.length) * 3) / 4);
  return `sr2.${randomBytes(bytes).toString('base64url')}`;
}
