import { ml_kem768_x25519 as XWing } from '@noble/post-quantum/hybrid.js';
import { describe, expect, it, test } from 'vitest';
import { flipBit, fromHex, hex } from '../../support/bytes.ts';
import { providerPairs, providers } from '../../support/providers.ts';

/** draft-connolly-cfrg-xwing-kem, appendix C: of a key, of an encapsulation to it, and the secret that they share. */
const vectors = [
  [
    '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2' +
      '35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  ],
  [
    'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
    '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef' +
      'aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
    'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
  ],
  [
    'ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9',
    '22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619' +
      'f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b',
    '953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f',
  ],
] as const;

describe.each(providers)('X-Wing, %s', (_, { randomBytes, xWing }) => {
  it.each(vectors)('gives the secret of the draft: seed %s', (seed, encapsulationSeed, secret) => {
    const key = xWing.privateKey(fromHex(seed));
    const { cipherText } = XWing.encapsulate(key.publicKey, fromHex(encapsulationSeed));
    expect(hex(key.decapsulate(cipherText))).toBe(secret);
  });

  it('expands a seed to the public key that @noble/post-quantum has', () => {
    for (let round = 0; round < 8; round++) {
      const seed = randomBytes(32);
      expect(hex(xWing.privateKey(seed).publicKey)).toBe(hex(XWing.keygen(seed).publicKey));
    }
  });

  it('encapsulates what @noble/post-quantum opens', () => {
    const { publicKey, secretKey } = XWing.keygen(randomBytes(32));
    const ours = xWing.publicKey(publicKey).encapsulate();
    expect(hex(XWing.decapsulate(ours?.ciphertext as Uint8Array, secretKey))).toBe(hex(ours?.sharedSecret));
  });

  it('rejects an altered ciphertext implicitly, as @noble/post-quantum does', () => {
    const seed = randomBytes(32);
    const key = xWing.privateKey(seed);
    const { ciphertext, sharedSecret } = xWing.publicKey(key.publicKey).encapsulate() ?? {};
    const altered = flipBit(ciphertext as Uint8Array, 56);
    expect(hex(key.decapsulate(altered))).not.toBe(hex(sharedSecret));
    expect(hex(key.decapsulate(altered))).toBe(hex(XWing.decapsulate(altered, XWing.keygen(seed).secretKey)));
  });

  it('tells wrong lengths from what is not valid', () => {
    const key = xWing.privateKey(randomBytes(32));
    expect(() => xWing.privateKey(new Uint8Array(31))).toThrow(RangeError);
    expect(() => xWing.publicKey(new Uint8Array(1215))).toThrow(RangeError);
    expect(() => key.decapsulate(new Uint8Array(1121))).toThrow(RangeError);
    expect(key.decapsulate(new Uint8Array(1120))).toBeUndefined();
    expect(xWing.publicKey(new Uint8Array(1216).fill(0xff)).encapsulate()).toBeUndefined();
    expect(xWing.publicKey(Uint8Array.from(key.publicKey).fill(0, 1184)).encapsulate()).toBeUndefined();
  });
});

test.each(providerPairs)('an X-Wing secret arrives, %s', (_, sender, recipient) => {
  const key = recipient.xWing.privateKey(recipient.randomBytes(32));
  const sent = sender.xWing.publicKey(key.publicKey).encapsulate();
  expect(hex(key.decapsulate(sent?.ciphertext as Uint8Array))).toBe(hex(sent?.sharedSecret));
});
