import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../lambdas/crypto/bytes.ts';
import { type Profile, publicKeysOf } from './own-keys.ts';

/**
 * What two people compare, by a way that does not lead through the server, to know that public keys are whose it says
 * they are: the first 128 bits of SHA-256 over X25519 key ‖ ML-KEM-768 key, in groups of four hexadecimal digits.
 *
 * @throws StrongroomError RECIPIENT_KEYS_REQUIRED for a user who has none
 */
export function fingerprintOf(profile: Pick<Profile, 'publicKeyB64' | 'publicKeyKyberB64'>): string {
  const { x25519, mlKem768 } = publicKeysOf(profile);
  const digest = sha256(concat(x25519, mlKem768)).subarray(0, 16);
  const digits = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/.{4}(?=.)/g, '$&-');
}
