import { limits } from './limits.ts';

/** Whether a user secret may be chosen. Counted in characters of Unicode's NFC, as it is compared. */
export function isUserSecretLength(secret: string): boolean {
  const { min, max } = limits.userSecretCharacters;
  const { length } = [...secret.normalize('NFC')];
  return length >= min && length <= max;
}
