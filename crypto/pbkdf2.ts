import type { Pbkdf2Hash, Primitives } from './providers/primitives.ts';

/** The least and the most that is computed: the legacy message format has 100,000. */
const iterationBounds = { least: 1_000, most: 10_000_000 } as const;
const longest = 1_024;

export type Pbkdf2Parameters = {
  /** What crypto-js defaulted to: SHA-1 before its version 4.2, SHA-256 since. */
  readonly hash: Pbkdf2Hash;
  readonly iterations: number;
  /** Of the derived key, in bytes. */
  readonly length: number;
};

/**
 * PBKDF2 with HMAC (RFC 8018 section 5.2), to read what others wrote; nothing new is made with it.
 *
 * @throws RangeError for parameters out of bounds
 */
export function pbkdf2(
  primitives: Primitives,
  password: Uint8Array,
  salt: Uint8Array,
  { hash, iterations, length }: Pbkdf2Parameters,
): Promise<Uint8Array> {
  const { least, most } = iterationBounds;
  if (!Number.isInteger(iterations) || iterations < least || iterations > most) {
    throw new RangeError(`PBKDF2 iterations: ${least} to ${most}`);
  }
  if (!Number.isInteger(length) || length < 1 || length > longest) {
    throw new RangeError(`PBKDF2 key: 1 to ${longest} bytes`);
  }
  return primitives.pbkdf2(hash, password, salt, iterations, length);
}
