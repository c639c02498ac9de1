import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret of 256 random bits that is its bearer's whole right, in base64url. */
export function mintBearerSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of it, or of a secret with at least 128 random bits that a caller chose. */
export function hashBearerSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** In the same time whatever is wrong; without a hash, nothing matches. */
export function matchesBearerSecret(
  secret: string | undefined,
  hash: Uint8Array | null | undefined,
): boolean {
  const same = timingSafeEqual(hashBearerSecret(secret ?? ''), hash ?? new Uint8Array(32));
  return same && Boolean(secret && hash);
}
