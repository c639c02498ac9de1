import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Generates a secret of 256 random bits in base64url. The bearer needs no other credential. */
export function mintBearerSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the hash that is stored of such a secret, or of a caller's own with at least 128 random bits. */
export function hashBearerSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** Returns whether a secret matches a stored hash, in constant time. Without a hash nothing matches. */
export function matchesBearerSecret(
  secret: string | undefined,
  hash: Uint8Array | null | undefined,
): boolean {
  const same = timingSafeEqual(hashBearerSecret(secret ?? ''), hash ?? new Uint8Array(32));
  return same && Boolean(secret && hash);
}
