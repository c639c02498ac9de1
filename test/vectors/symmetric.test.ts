import { describe, expect, test } from 'vitest';
import { concat } from '../../crypto/encoding/bytes.ts';
import type { Primitives } from '../../crypto/providers/primitives.ts';
import { fromHex, hex } from '../support/bytes.ts';
import { browser, providers } from '../support/providers.ts';
import { describeVectors, type WycheproofTest, wycheproof } from './shared-vectors.ts';

type AeadField = 'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag';
const of = ({ tcId, comment }: { readonly tcId: number; readonly comment?: string }) =>
  `${tcId} ${comment ?? ''}`;

function aeadVectors(file: string, name: 'aes256Gcm' | 'xChaCha20Poly1305', sizes: object): void {
  describeVectors(file, (text) => {
    const takes = (group: object) =>
      Object.entries(sizes).every(([size, bits]) => (group as { [size: string]: unknown })[size] === bits);
    const tests = wycheproof<AeadField>(text, takes);
    describe.each(providers)('%s', (_, primitives) => {
      test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) =>
        checkAead(primitives[name], one),
      );
    });
  });
}

function checkAead({ seal, open }: Primitives['aes256Gcm'], one: WycheproofTest<AeadField>): void {
  const [key, nonce, aad] = [fromHex(one.key), fromHex(one.iv), fromHex(one.aad)];
  const opened = hex(open(key, nonce, fromHex(one.ct + one.tag), aad));
  expect(opened).toBe(one.result === 'valid' ? one.msg : undefined);
  if (one.result === 'valid') expect(hex(seal(key, nonce, fromHex(one.msg), aad))).toBe(one.ct + one.tag);
}

aeadVectors('aes_gcm_test.json', 'aes256Gcm', { keySize: 256, ivSize: 96, tagSize: 128 });
aeadVectors('xchacha20_poly1305_test.json', 'xChaCha20Poly1305', { keySize: 256, ivSize: 192, tagSize: 128 });

describeVectors('aes_gcm_test.json', (text) => {
  const tests = wycheproof<AeadField>(text, (group) => group.keySize === 256 && group.ivSize === 96);
  const plain = tests.filter(({ aad }) => aad === '');
  const every = [...providers, ['Web Crypto', browser]] as const;
  describe.each(every)('in chunks, %s', (_, primitives) => {
    test.each(plain.map((one) => [of(one), one] as const))('%s', async (_, one) => {
      const chunks = primitives.aes256GcmChunks(fromHex(one.key));
      const sealed = [fromHex(one.ct), fromHex(one.tag)];
      const opened = await chunks.open(fromHex(one.iv), sealed);
      expect(opened && hex(concat(...opened))).toBe(one.result === 'valid' ? one.msg : undefined);
      if (one.result !== 'valid') return;
      expect(hex(concat(...(await chunks.seal(fromHex(one.iv), [fromHex(one.msg)]))))).toBe(one.ct + one.tag);
    });
  });
});

describeVectors('hkdf_sha256_test.json', (text) => {
  const tests = wycheproof<'ikm' | 'salt' | 'info' | 'okm'>(text) as readonly (WycheproofTest<
    'ikm' | 'salt' | 'info' | 'okm'
  > & { readonly size: number })[];
  describe.each(providers)('%s', (_, { hkdfSha256 }) => {
    test.each(tests.map((one) => [of(one), one] as const))('%s', (_, one) => {
      const derive = () => hkdfSha256(fromHex(one.ikm), fromHex(one.salt), fromHex(one.info), one.size);
      if (one.result === 'valid') expect(hex(derive())).toBe(one.okm);
      else expect(derive).toThrow();
    });
  });
});

describe.each(['sha1', 'sha256'] as const)('PBKDF2 with %s', (hash) => {
  describeVectors(`pbkdf2_hmac${hash}_test.json`, (text) => {
    const tests = wycheproof<'password' | 'salt' | 'dk'>(text) as readonly (WycheproofTest<
      'password' | 'salt' | 'dk'
    > & { readonly iterationCount: number; readonly dkLen: number })[];
    // RFC 6070's one of 2^24 iterations takes JavaScript 19 seconds and shows nothing that 4,096 do not.
    const bearable = tests.filter(({ iterationCount }) => iterationCount <= 1_000_000);
    describe.each(providers)('%s', (_, { pbkdf2 }) => {
      test.each(bearable.map((one) => [of(one), one] as const))('%s', async (_, one) => {
        const [password, salt] = [fromHex(one.password), fromHex(one.salt)];
        expect(hex(await pbkdf2(hash, password, salt, one.iterationCount, one.dkLen))).toBe(one.dk);
      });
    });
  });
});
