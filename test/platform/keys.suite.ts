import { createPublicKey, verify } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { thumbprint } from '../../crypto/server/es256.ts';
import type { PublicJwk } from '../../crypto/server/jwk.ts';
import { DataKeyRejected, type Keys } from '../../platform/keys.ts';

const data = Buffer.from('what is signed');

function verifies(jwk: PublicJwk, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function flipBit(bytes: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[position] = (copy[position] as number) ^ 1;
  return copy;
}

/** What an emulator of KMS may lack. */
type Gap = 'authenticate wrapped keys';

/** Checks that a store fulfils the contract of `Keys`. */
export function keysSuite(name: string, make: () => Promise<Keys>, doesNot: readonly Gap[] = []): void {
  describe(`keys: ${name}`, () => {
    let keys: Keys;
    beforeAll(async () => {
      keys = await make();
    });

    test('responds to a ping', async () => {
      await expect(keys.ping()).resolves.toBeUndefined();
    });

    test.each(['jwt', 'audit'] as const)(
      'signatures of %s verify under its first public key',
      async (key) => {
        const [jwk] = await keys.publicKeys(key);
        // Forty times, because the DER that KMS returns varies in length.
        for (const message of Array.from({ length: 40 }, (_, i) => Buffer.from(`message ${i}`))) {
          const signature = await keys.sign(key, message);
          expect(signature).toHaveLength(64);
          expect(verifies(jwk as PublicJwk, message, signature)).toBe(true);
        }
      },
    );

    test('a signature verifies for one message and one key only', async () => {
      const signature = await keys.sign('jwt', data);
      const [[jwt], [audit]] = await Promise.all([keys.publicKeys('jwt'), keys.publicKeys('audit')]);
      expect(verifies(jwt as PublicJwk, Buffer.from('another message'), signature)).toBe(false);
      expect(verifies(audit as PublicJwk, data, signature)).toBe(false);
    });

    test('signs a message that is longer than KMS accepts', async () => {
      const long = Buffer.alloc(100_000, 7);
      const [jwk] = await keys.publicKeys('audit');
      expect(verifies(jwk as PublicJwk, long, await keys.sign('audit', long))).toBe(true);
    });

    test('public keys are ES256 JWKs named by their thumbprint, without the private key', async () => {
      const [jwk] = (await keys.publicKeys('jwt')) as [PublicJwk];
      expect(jwk).toEqual({
        kty: 'EC',
        crv: 'P-256',
        x: expect.stringMatching(/^[\w-]{43}$/),
        y: expect.stringMatching(/^[\w-]{43}$/),
        kid: thumbprint(jwk),
        alg: 'ES256',
        use: 'sig',
      });
      expect(await keys.publicKeys('jwt')).toEqual([jwk]);
    });

    test('a data key opens under its context, in any order of the names', async () => {
      const { plaintext, wrapped } = await keys.generateDataKey({ org: 'o1', name: 'größe' });
      expect(plaintext).toHaveLength(32);
      const opened = await keys.openDataKey(wrapped, { name: 'größe', org: 'o1' });
      expect(Buffer.from(opened)).toEqual(Buffer.from(plaintext));
    });

    test('every data key is different', async () => {
      const [a, b] = await Promise.all([keys.generateDataKey({ a: '1' }), keys.generateDataKey({ a: '1' })]);
      expect(Buffer.from(a.plaintext)).not.toEqual(Buffer.from(b.plaintext));
      expect(Buffer.from(a.wrapped)).not.toEqual(Buffer.from(b.wrapped));
    });

    test('a wrapped key does not contain the key', async () => {
      const { plaintext, wrapped } = await keys.generateDataKey({ a: '1' });
      expect(Buffer.from(wrapped).includes(Buffer.from(plaintext))).toBe(false);
    });

    test.each([
      ['another value', { org: 'o2', name: 'n' }],
      ['an additional name', { org: 'o1', name: 'n', more: '' }],
      ['a missing name', { org: 'o1' }],
      ['a shifted boundary between name and value', { orgo: '1', name: 'n' }],
      ['an empty context', {}],
    ])('a data key does not open under %s', async (_, context) => {
      const { wrapped } = await keys.generateDataKey({ org: 'o1', name: 'n' });
      await expect(keys.openDataKey(wrapped, context as Record<string, string>)).rejects.toThrow(
        DataKeyRejected,
      );
    });

    test.skipIf(doesNot.includes('authenticate wrapped keys')).each([
      ['in its first bit', (wrapped: Uint8Array) => flipBit(wrapped, 0)],
      ['in its middle', (wrapped: Uint8Array) => flipBit(wrapped, wrapped.length >> 1)],
      ['in its last bit', (wrapped: Uint8Array) => flipBit(wrapped, wrapped.length - 1)],
      ['by truncation', (wrapped: Uint8Array) => wrapped.subarray(0, wrapped.length - 1)],
    ])('a wrapped key that was modified %s does not open', async (_, modify) => {
      const { wrapped } = await keys.generateDataKey({ a: '1' });
      await expect(keys.openDataKey(modify(wrapped), { a: '1' })).rejects.toThrow(DataKeyRejected);
    });

    test.each([0, 5, 69])('%i bytes that were never a wrapped key do not open', async (length) => {
      await expect(keys.openDataKey(Buffer.alloc(length), { a: '1' })).rejects.toThrow(DataKeyRejected);
    });
  });
}
