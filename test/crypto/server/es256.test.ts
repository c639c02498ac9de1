import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, test } from 'vitest';
import { derToRaw, thumbprint, toPublicJwk } from '../../../crypto/server/es256.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

test('the thumbprint is that of another implementation', async () => {
  const jwk = toPublicJwk(publicKey);
  expect(jwk.kid).toBe(await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }), 'sha256'));
  expect(thumbprint(jwk)).toBe(jwk.kid);
});

test('a JWK gives the key back', () => {
  const again = createPublicKey({ key: { ...toPublicJwk(publicKey) }, format: 'jwk' });
  expect(again.equals(publicKey)).toBe(true);
});

test('keys of other kinds are refused', () => {
  expect(() => toPublicJwk(generateKeyPairSync('ed25519').publicKey)).toThrow(TypeError);
  expect(() => toPublicJwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)).toThrow(TypeError);
});

test('a raw signature verifies as the DER one did, short integers too', () => {
  const lengths = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const data = Buffer.from(`message ${i}`);
    const der = sign('sha256', data, privateKey);
    lengths.add(der.length);
    const raw = derToRaw(der);
    expect(raw).toHaveLength(64);
    expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
  }
  expect(lengths.size).toBeGreaterThan(2);
});

test.each([
  ['nothing', ''],
  ['no sequence', '3106020101020101'],
  ['a length that is not the rest', '3007020101020101'],
  ['bytes after it', '300602010102010100'],
  ['one integer', '3003020101'],
  ['three integers', '3009020101020101020101'],
  ['no integer', '3006030101020101'],
  ['an empty integer', '30050200020101'],
  ['a negative integer', '3006020180020101'],
  ['a needless zero', '300702020001020101'],
  ['an integer that runs over the end', '3006020101020201'],
  ['an integer of 33 digits', `3026022101${'00'.repeat(32)}020101`],
])('refuses DER that is not strict: %s', (_, hex) => {
  expect(() => derToRaw(Buffer.from(hex, 'hex'))).toThrow(TypeError);
});

test('pads small integers to 32 bytes', () => {
  const raw = Buffer.from(derToRaw(Buffer.from('300702010102020080', 'hex')));
  expect(raw.toString('hex')).toBe(`${'00'.repeat(31)}01${'00'.repeat(31)}80`);
});
