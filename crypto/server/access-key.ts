import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `pyapi`: a user's API key; `enigma`: an API token; `sradm`: the global administrator's key. */
export type AccessKeyPrefix = 'pyapi' | 'enigma' | 'sradm';

export type AccessKey = { readonly prefix: AccessKeyPrefix; readonly keyId: string; readonly text: string };

const shape = /^(pyapi|enigma|sradm)_([0-9a-f]{24})_[0-9a-f]{64}$/;

/** Generates a key `<prefix>_<keyId>_<secret>` with a secret of 256 random bits. */
export function mintAccessKey(prefix: AccessKeyPrefix): AccessKey {
  const keyId = randomBytes(12).toString('hex');
  return { prefix, keyId, text: `${prefix}_${keyId}_${randomBytes(32).toString('hex')}` };
}

export function parseAccessKey(text: string): AccessKey | undefined {
  const match = shape.exec(text);
  return match ? { prefix: match[1] as AccessKeyPrefix, keyId: match[2] as string, text } : undefined;
}

/** Returns the hash that is stored. SHA-256 is enough: 256 random bits cannot be guessed, so no slow hash is needed. */
export function hashAccessKey(key: AccessKey): Uint8Array {
  return createHash('sha256').update(key.text).digest();
}

export function matchesHash(key: AccessKey, hash: Uint8Array): boolean {
  return timingSafeEqual(hashAccessKey(key), hash);
}
