import { Tampered, UnsupportedSuite } from '../errors.ts';

/**
 * Every format begins with these two bytes. A suite fixes each algorithm, length and parameter; there is one:
 *
 *     1  X25519, ML-KEM-768, HKDF-SHA-256, AES-256-GCM, Argon2id
 *
 * Nothing negotiates: what is written is of the newest suite, what is read is of a suite in this file or refused.
 */
const formatVersion = 1;
const suite = 1;
export const headerBytes = 2;

export function header(): Uint8Array {
  return Uint8Array.of(formatVersion, suite);
}

/** Whether something is of this version and suite, whatever follows. */
export function hasHeader(bytes: Uint8Array): boolean {
  return bytes[0] === formatVersion && bytes[1] === suite;
}

/**
 * What follows the version and the suite.
 *
 * @throws UnsupportedSuite
 * @throws Tampered where there are not even those two
 */
export function afterHeader(bytes: Uint8Array): Uint8Array {
  if (bytes.length < headerBytes) throw new Tampered();
  if (!hasHeader(bytes)) throw new UnsupportedSuite();
  return bytes.subarray(headerBytes);
}
