import { createPrivateKey, decapsulate } from 'node:crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, test } from 'vitest';
import { mlKem768Bytes } from '../../crypto/providers/primitives.ts';
import { fromHex, hex } from '../support/bytes.ts';
import { native, providers } from '../support/providers.ts';
import { cctv, describeVectors, wycheproof } from './shared-vectors.ts';

const of = ({ tcId, comment }: { readonly tcId: number; readonly comment?: string }) =>
  `${tcId} ${comment ?? ''}`;

describeVectors('x25519_test.json', (text) => {
  const tests = wycheproof<'public' | 'private' | 'shared'>(text);
  describe.each(providers)('%s', (_, { x25519 }) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      const shared = hex(x25519.privateKey(fromHex(one.private)).agree(fromHex(one.public)));
      const lowOrder = /^0*$/.test(one.shared);
      expect(shared).toBe(lowOrder ? undefined : one.shared);
    });
  });
});

/** A test's seed and ciphertext, where both have the lengths that a caller checks. */
describeVectors('mlkem_768_test.json', (text) => {
  const tests = wycheproof<'seed' | 'ek' | 'c' | 'K'>(text);
  describe.each(providers)('%s', (_, { mlKem768 }) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      const [seed, ciphertext] = [fromHex(one.seed), fromHex(one.c)];
      const lengthsFit = seed.length === mlKem768Bytes.seed && ciphertext.length === mlKem768Bytes.ciphertext;
      if (!lengthsFit) {
        expect(one.result).toBe('invalid');
        expect(() => mlKem768.privateKey(seed).decapsulate(ciphertext)).toThrow(RangeError);
        return;
      }
      const key = mlKem768.privateKey(seed);
      if (one.ek) expect(hex(key.publicKey)).toBe(one.ek);
      // Implicit rejection: an invalid ciphertext of the right length gives the `K` that the file lists.
      expect(hex(key.decapsulate(ciphertext))).toBe(one.K);
    });
  });
});

describeVectors('mlkem_768_keygen_seed_test.json', (text) => {
  const tests = wycheproof<'seed' | 'ek' | 'dk'>(text);
  describe.each(providers)('%s', (_, { mlKem768 }) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      expect(hex(mlKem768.privateKey(fromHex(one.seed)).publicKey)).toBe(one.ek);
    });
  });
  test.each(tests.map((one) => [of(one), one] as const))('portable, expanded key: %s', (_, one) => {
    expect(hex(ml_kem768.keygen(fromHex(one.seed)).secretKey)).toBe(one.dk);
  });
});

describeVectors('mlkem_768_encaps_test.json', (text) => {
  const tests = wycheproof<'m' | 'ek' | 'c' | 'K'>(text);
  describe.each(providers)('%s takes and refuses the keys that it must', (_, { mlKem768 }) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      const publicKey = fromHex(one.ek);
      if (publicKey.length !== mlKem768Bytes.publicKey) {
        expect(one.result).toBe('invalid');
        expect(() => mlKem768.encapsulate(publicKey)).toThrow(RangeError);
      } else expect(mlKem768.encapsulate(publicKey) !== undefined).toBe(one.result === 'valid');
    });
  });
  /** OpenSSL takes no randomness from its caller, so the exact ciphertext can be asked of the portable one alone. */
  const valid = tests.filter(({ result }) => result === 'valid');
  test.each(valid.map((one) => [of(one), one] as const))('portable, given its randomness: %s', (_, one) => {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(fromHex(one.ek), fromHex(one.m));
    expect([hex(cipherText), hex(sharedSecret)]).toEqual([one.c, one.K]);
  });
});

/** PrivateKeyInfo with the `expandedKey` choice (RFC 9935 section 6). */
function expandedKeyInfo(dk: Uint8Array): Buffer {
  const der = (tag: number, content: Uint8Array) =>
    Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]), content]);
  const head = Buffer.from('020100300b0609608648016503040402', 'hex');
  return der(0x30, Buffer.concat([head, der(0x04, der(0x04, dk))]));
}

/** Strongroom keeps seeds and never expanded keys; this holds what is underneath to its checks of them. */
function decapsulateExpanded(primitives: string, dk: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (primitives !== 'native') return ml_kem768.decapsulate(ciphertext, dk);
  const key = createPrivateKey({ key: expandedKeyInfo(dk), format: 'der', type: 'pkcs8' });
  return decapsulate(key, ciphertext);
}

describeVectors('mlkem_768_semi_expanded_decaps_test.json', (text) => {
  const tests = wycheproof<'dk' | 'c' | 'K'>(text);
  describe.each(providers)('%s', (name) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      const open = () => hex(decapsulateExpanded(name, fromHex(one.dk), fromHex(one.c)));
      if (one.result === 'valid') expect(open()).toBe(one.K);
      else expect(open).toThrow();
    });
  });
});

/** Made for the draft of FIPS 203, whose key generation did not yet hash `k` (section 5.1): so by the expanded key. */
describe.each(['intermediate', 'unluckysample'])('CCTV, %s', (name) => {
  describeVectors(`cctv_${name}_mlkem768.txt`, (text) => {
    const value = cctv(text);
    test.each(providers)('%s', (provider) => {
      expect(hex(decapsulateExpanded(provider, value('dk'), value('c')))).toBe(hex(value('K')));
    });
    test('portable, given its randomness', () => {
      const { cipherText, sharedSecret } = ml_kem768.encapsulate(value('ek'), value('m'));
      expect([hex(cipherText), hex(sharedSecret)]).toEqual([hex(value('c')), hex(value('K'))]);
    });
  });
});

describeVectors('cctv_strcmp_mlkem768.txt', (text) => {
  const value = cctv(text);
  test.each(providers)('%s', (name) => {
    expect(hex(decapsulateExpanded(name, value('dk'), value('c')))).toBe(hex(value('K')));
  });
});

test('what one provider encapsulates the other opens, also after the ciphertext was altered', () => {
  for (const [, alice] of providers) {
    for (const [, bob] of providers) {
      const seed = native.randomBytes(mlKem768Bytes.seed);
      const key = bob.mlKem768.privateKey(seed);
      const sent = alice.mlKem768.encapsulate(key.publicKey);
      expect(sent && hex(key.decapsulate(sent.ciphertext))).toBe(hex(sent?.sharedSecret));
      const altered = Uint8Array.from(sent?.ciphertext ?? []);
      altered[3] = (altered[3] as number) ^ 1;
      const rejected = hex(key.decapsulate(altered));
      expect(rejected).not.toBe(hex(sent?.sharedSecret));
      expect(hex(alice.mlKem768.privateKey(seed).decapsulate(altered))).toBe(rejected);
    }
  }
});
