import { randomBytes } from 'node:crypto';

/** What a ciphertext of format 1 looks like; nobody has the key of this one. */
export function legacyCiphertext(blocks = 4): string {
  return randomBytes(32).toString('hex') + randomBytes(16 * blocks).toString('base64');
}

/** What a ciphertext of format 2 looks like, of so many characters. */
export function sr2Ciphertext(characters = 200): string {
  const bytes = Math.floor(((characters - 'sr2.'.length) * 3) / 4);
  return `sr2.${randomBytes(bytes).toString('base64url')}`;
}
