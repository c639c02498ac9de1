import { randomBytes } from 'node:crypto';
import { ml_kem768_x25519 as XWing } from '@noble/post-quantum/hybrid.js';
import { describe, expect, it } from 'vitest';
import {
  decapsulate,
  encapsulate,
  generatePrivateKey,
  privateKeyFromSeed,
  publicKeyFromBytes,
} from '../../lambdas/crypto/x-wing.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('X-Wing against @noble/post-quantum', () => {
  it('expands a seed to the same public key', () => {
    for (let round = 0; round < 8; round++) {
      const seed = randomBytes(32);
      expect(hex(privateKeyFromSeed(seed).publicKey)).toBe(hex(XWing.keygen(seed).publicKey));
    }
  });

  it('opens what noble encapsulates', () => {
    const key = generatePrivateKey();
    const theirs = XWing.encapsulate(key.publicKey);
    expect(hex(decapsulate(key, theirs.cipherText))).toBe(hex(theirs.sharedSecret));
  });

  it('encapsulates what noble opens', () => {
    const seed = randomBytes(32);
    const { publicKey, secretKey } = XWing.keygen(seed);
    const ours = encapsulate(publicKeyFromBytes(publicKey));
    expect(hex(XWing.decapsulate(ours.ciphertext, secretKey))).toBe(hex(ours.sharedSecret));
  });

  it('rejects an altered ciphertext implicitly, as noble does', () => {
    const seed = randomBytes(32);
    const { ciphertext, sharedSecret } = encapsulate(publicKeyFromBytes(privateKeyFromSeed(seed).publicKey));
    const altered = Uint8Array.from(ciphertext);
    altered[7] = (altered[7] ?? 0) ^ 1;
    const ours = decapsulate(privateKeyFromSeed(seed), altered);
    expect(hex(ours)).not.toBe(hex(sharedSecret));
    expect(hex(ours)).toBe(hex(XWing.decapsulate(altered, XWing.keygen(seed).secretKey)));
  });

  it('refuses wrong lengths', () => {
    expect(() => privateKeyFromSeed(new Uint8Array(31))).toThrow(RangeError);
    expect(() => publicKeyFromBytes(new Uint8Array(1215))).toThrow(RangeError);
    expect(() => decapsulate(generatePrivateKey(), new Uint8Array(1121))).toThrow(RangeError);
  });
});
