import type { Pbkdf2Hash, Primitives } from './providers/primitives.ts';

/** The legacy message format uses 100,000. */
const iterationBounds = { least: 1_000, most: 10_000_000 } as const;
const longest = 1_024;

export type Pbkdf2Parameters = {
  /** The default of crypto-js: SHA-1 before its version 4.2, SHA-256 since. */
  readonly hash: Pbkdf2Hash;
  readonly iterations: number;
  /** Length of the derived key in bytes. */
  readonly length: number;
};

/**
 * Derives a key with PBKDF2 and HMAC (RFC 8018 section 5.2), to read data of other programs. New data does not use it.
 *
 * @throws RangeError if a parameter is out of bounds
 */
export function pbkdf2(
  primitives: Primitives,
  password: Uint8Array,
  salt: Uint8Array,
  { hash, iterations, length }: Pbkdf2Parameters,
): Promise<Uint8Array> {
  const { least, most } = iterationBounds;
  if (!Number.isInteger(iterations) || iterations < least || iterations > most) {
    throw new RangeError(`PBKDF2 iterations must be ${least} to ${most}`);
  }
  if (!Number.isInteger(length) || length < 1 || length > longest) {
    throw new RangeError(`PBKDF2 key: 1 to ${longest} bytes`);
  }
  return primitives.pbkdf2(hash, password, salt, iterations, length);
}
