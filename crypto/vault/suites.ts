import { Tampered, UnsupportedSuite } from '../errors.ts';

/**
 * Every format begins with these two bytes. A suite defines every algorithm, length and parameter; there is one:
 *
 *     1  X25519, ML-KEM-768, HKDF-SHA-256, AES-256-GCM, Argon2id
 *
 * There is no negotiation: new data uses the newest suite, and data of a suite that is not in this file is refused.
 */
const formatVersion = 1;
const suite = 1;
export const headerBytes = 2;

export function header(): Uint8Array {
  return Uint8Array.of(formatVersion, suite);
}

/** Returns whether bytes begin with this version and suite. */
export function hasHeader(bytes: Uint8Array): boolean {
  return bytes[0] === formatVersion && bytes[1] === suite;
}

/**
 * Returns what follows the version and the suite.
 *
 * @throws UnsupportedSuite
 * @throws Tampered if the bytes are too short even for those two
 */
export function afterHeader(bytes: Uint8Array): Uint8Array {
  if (bytes.length < headerBytes) throw new Tampered();
  if (!hasHeader(bytes)) throw new UnsupportedSuite();
  return bytes.subarray(headerBytes);
}
