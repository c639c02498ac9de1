import { concat, equalBytes, requireLength, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import { afterHeader, header, headerBytes } from './suites.ts';

/**
 * AES-256-GCM that commits to its key and context:
 *
 *     version ‖ suite ‖ salt (32) ‖ commitment (32) ‖ AES-256-GCM ciphertext ‖ tag (16)
 *     key (32) ‖ nonce (12) ‖ commitment (32) = HKDF-SHA-256(key, salt, info)
 *
 * With GCM alone, one ciphertext can open under two keys (Albertini et al., USENIX Security 2022). The commitment, which
 * is as collision-resistant as SHA-256, prevents that. The random salt gives each message its own key and nonce, so one
 * key can seal any number of messages. `info` is also the AAD.
 */
const keyBytes = 32;
const nonceBytes = 12;
const saltBytes = 32;
const commitmentBytes = 32;
const tagBytes = 16;

/** Bytes that sealing adds to the plaintext. */
export const committedOverhead = headerBytes + saltBytes + commitmentBytes + tagBytes;

/** @param key 32 bytes */
export function sealCommitted(
  primitives: Primitives,
  key: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const salt = primitives.randomBytes(saltBytes);
  const derived = derive(primitives, key, salt, info);
  const sealed = primitives.aes256Gcm.seal(derived.key, derived.nonce, plaintext, info);
  const whole = concat(header(), salt, derived.commitment, sealed);
  derived.wipe();
  return whole;
}

/** @throws Tampered @throws UnsupportedSuite */
export function openCommitted(
  primitives: Primitives,
  key: Uint8Array,
  info: Uint8Array,
  whole: Uint8Array,
): Uint8Array {
  const body = afterHeader(whole);
  if (whole.length < committedOverhead) throw new Tampered();
  const commitment = body.subarray(saltBytes, saltBytes + commitmentBytes);
  const sealed = body.subarray(saltBytes + commitmentBytes);
  const derived = derive(primitives, key, body.subarray(0, saltBytes), info);
  try {
    if (!equalBytes(derived.commitment, commitment)) throw new Tampered();
    const plaintext = primitives.aes256Gcm.open(derived.key, derived.nonce, sealed, info);
    if (!plaintext) throw new Tampered();
    return plaintext;
  } finally {
    derived.wipe();
  }
}

function derive({ hkdfSha256 }: Primitives, key: Uint8Array, salt: Uint8Array, info: Uint8Array) {
  requireLength('key', key, keyBytes);
  const okm = hkdfSha256(key, salt, info, keyBytes + nonceBytes + commitmentBytes);
  return {
    key: okm.subarray(0, keyBytes),
    nonce: okm.subarray(keyBytes, keyBytes + nonceBytes),
    commitment: okm.subarray(keyBytes + nonceBytes),
    wipe: () => wipe(okm),
  };
}
