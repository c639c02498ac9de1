import { limits } from './limits.ts';

/** Returns whether a new user secret has an allowed length, in characters of its NFC form, in which it is compared. */
export function isUserSecretLength(secret: string): boolean {
  const { min, max } = limits.userSecretCharacters;
  const { length } = [...secret.normalize('NFC')];
  return length >= min && length <= max;
}
