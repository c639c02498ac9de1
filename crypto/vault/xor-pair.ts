import { concat, equalBytes, lengthPrefixed, utf8, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import { kekCost } from './kek.ts';
import { afterHeader, header, headerBytes } from './suites.ts';

/**
 * A secret split into two shares, both of which are needed:
 *
 *     share = version ‖ suite ‖ pair id (16) ‖ one of: random bytes, or those XOR (secret ‖ check (16))
 *     check = SHA-256(purpose, pair id, secret), cut to 16 bytes
 *
 * Each share alone is uniformly random.
 */
const pairIdBytes = 16;
const checkBytes = 16;
const purpose = 'strongroom xor pair v1';

/** @throws RangeError if the secret is empty */
export function splitPair(primitives: Primitives, secret: Uint8Array): readonly [Uint8Array, Uint8Array] {
  if (secret.length === 0) throw new RangeError('the secret is empty');
  const pairId = primitives.randomBytes(pairIdBytes);
  const whole = concat(secret, checkOf(primitives, pairId, secret));
  const pad = primitives.randomBytes(whole.length);
  const shares = [pad, xor(whole, pad)].map((half) => concat(header(), pairId, half));
  wipe(whole, pad);
  return shares as [Uint8Array, Uint8Array];
}

/** Joins two shares, in any order. @throws Tampered if they are not a pair @throws UnsupportedSuite */
export function joinPair(primitives: Primitives, one: Uint8Array, other: Uint8Array): Uint8Array {
  const [a, b] = [afterHeader(one), afterHeader(other)];
  const pairId = a.subarray(0, pairIdBytes);
  const tooShort = a.length <= pairIdBytes + checkBytes;
  if (tooShort || a.length !== b.length || !equalBytes(pairId, b.subarray(0, pairIdBytes)))
    throw new Tampered();
  const whole = xor(a.subarray(pairIdBytes), b.subarray(pairIdBytes));
  const secret = whole.slice(0, -checkBytes);
  const good = equalBytes(checkOf(primitives, pairId, secret), whole.subarray(-checkBytes));
  wipe(whole);
  if (good) return secret;
  wipe(secret);
  throw new Tampered();
}

/**
 * A share under something that only its owner remembers, for which `xorSaltHint` is the hint:
 *
 *     version ‖ suite ‖ salt (16) ‖ share XOR HKDF-SHA-256(Argon2id(phrase, salt))
 *
 * Deliberately unauthenticated: a trustee who guesses phrases must not see when one is right. Only joining the shares
 * shows that.
 */
const saltBytes = 16;
const maskPurpose = 'strongroom share mask v1';
/** The longest output of HKDF (RFC 5869 section 2.3). */
const longestShare = 255 * 32;

/** @param phrase compared in Unicode's NFC, without regard to case and to white space at its ends */
export async function maskShare(
  primitives: Primitives,
  share: Uint8Array,
  phrase: string,
): Promise<Uint8Array> {
  if (share.length > longestShare)
    throw new RangeError(`a share to be masked has at most ${longestShare} bytes`);
  const salt = primitives.randomBytes(saltBytes);
  return concat(header(), salt, await underMask(primitives, share, phrase, salt));
}

/** Another phrase gives another share, not an error. @throws Tampered @throws UnsupportedSuite */
export async function unmaskShare(
  primitives: Primitives,
  masked: Uint8Array,
  phrase: string,
): Promise<Uint8Array> {
  const body = afterHeader(masked);
  const tooLong = masked.length > headerBytes + saltBytes + longestShare;
  if (body.length <= saltBytes || tooLong) throw new Tampered();
  return underMask(primitives, body.subarray(saltBytes), phrase, body.subarray(0, saltBytes));
}

async function underMask(primitives: Primitives, share: Uint8Array, phrase: string, salt: Uint8Array) {
  const password = utf8(phrase.normalize('NFC').trim().toLowerCase());
  const stretched = await primitives.argon2id(password, salt, kekCost, 32);
  const info = lengthPrefixed(maskPurpose, header());
  const mask = primitives.hkdfSha256(stretched, new Uint8Array(), info, share.length);
  const result = xor(share, mask);
  wipe(password, stretched, mask);
  return result;
}

function checkOf({ sha256 }: Primitives, pairId: Uint8Array, secret: Uint8Array): Uint8Array {
  return sha256(lengthPrefixed(purpose, pairId, secret)).subarray(0, checkBytes);
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, at) => byte ^ (b[at] as number));
}
