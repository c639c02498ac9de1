import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../crypto/encoding/base64.ts';
import { pbkdf2 } from '../../../crypto/pbkdf2.ts';
import { zkPayloadDigest } from '../../../crypto/zk/digest.ts';
import {
  MalformedPayload,
  openZkPayload,
  parseZkPayload,
  WrongMasterPassword,
} from '../../../crypto/zk/payload.ts';
import { flipBit, hex } from '../../support/bytes.ts';
import { native, providers } from '../../support/providers.ts';
import { nativeVault, text, utf8, vaultPairs } from '../../support/vault.ts';

const vault = nativeVault;
const password = 'master pässword';
const payload = await vault.sealZkPayload(password, utf8('print(1)'));

test.each(vaultPairs)('a zero-knowledge payload opens, %s', async (_, sealer, opener) => {
  const sealed = await sealer.sealZkPayload(password, utf8('print(2)'));
  expect(Object.keys(sealed)).toEqual(['v', 'salt', 'nonce', 'ciphertext']);
  expect(text(await opener.openZkPayload(password, sealed))).toBe('print(2)');
});

test.each(providers)(
  'a payload that argon2-cffi 25.1.0 and PyNaCl 1.6.2 made opens, %s',
  async (_, primitives) => {
    const theirs = {
      v: 1 as const,
      salt: 'O4JVRmnsbAwOWlt4TIgDVQ==',
      nonce: 'BXPMLq1/1oZ4bsOJm4Wm1pOOeKfhg3Fr',
      ciphertext: 'KaGT1mP+rfxqQeeDz2PEG3NDuWVFzM2GlQ==',
    };
    expect(text(await openZkPayload(primitives, password, theirs))).toBe('print(42)');
    expect(zkPayloadDigest(primitives, theirs)).toBe(
      '979971a9bd18f99fd7116d69a054de2686f7d3af32ea3bd2816573a368e5e4fd',
    );
  },
);

describe('a zero-knowledge payload', () => {
  test('refuses a wrong password, an empty one too', async () => {
    await expect(vault.openZkPayload('master password', payload)).rejects.toThrow(WrongMasterPassword);
    await expect(vault.openZkPayload('', payload)).rejects.toThrow(WrongMasterPassword);
  });

  test('takes the password as it is written, as other implementations do', async () => {
    const decomposed = password.normalize('NFD');
    await expect(vault.openZkPayload(decomposed, payload)).rejects.toThrow(WrongMasterPassword);
  });

  test.each(['salt', 'nonce', 'ciphertext'] as const)(
    'with a bit of its %s flipped is refused',
    async (field) => {
      const bytes = fromBase64(payload[field]) as Uint8Array;
      for (const bit of [0, bytes.length * 4, bytes.length * 8 - 1]) {
        const altered = { ...payload, [field]: toBase64(flipBit(bytes, bit)) };
        await expect(vault.openZkPayload(password, altered)).rejects.toThrow(WrongMasterPassword);
      }
    },
  );

  const bytes = (length: number) => toBase64(new Uint8Array(length));
  test.each([
    ['no object', null, ''],
    ['an array', [], ''],
    ['a text', 'x', ''],
    ['an unknown field', { ...payload, kdf: 'none' }, ''],
    ['no version', { ...payload, v: undefined }, 'v'],
    ['another version', { ...payload, v: 2 }, 'v'],
    ['its version as text', { ...payload, v: '1' }, 'v'],
    ['no salt', { ...payload, salt: undefined }, 'salt'],
    ['a short salt', { ...payload, salt: bytes(15) }, 'salt'],
    ['a long salt', { ...payload, salt: bytes(17) }, 'salt'],
    ['the nonce of another cipher', { ...payload, nonce: bytes(12) }, 'nonce'],
    ['a nonce that is no base64', { ...payload, nonce: '!'.repeat(32) }, 'nonce'],
    ['a ciphertext shorter than its tag', { ...payload, ciphertext: bytes(15) }, 'ciphertext'],
    ['a ciphertext without padding', { ...payload, ciphertext: 'A'.repeat(30) }, 'ciphertext'],
    ['white space', { ...payload, ciphertext: `${payload.ciphertext}\n` }, 'ciphertext'],
    ['a ciphertext over the limit', { ...payload, ciphertext: 'A'.repeat(8_000_000) }, 'ciphertext'],
    ['a number for a field', { ...payload, ciphertext: 7 }, 'ciphertext'],
  ])('with %s is malformed, whatever the password', async (_, malformed, path) => {
    expect(() => parseZkPayload(malformed)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_PAYLOAD', path }),
    );
    await expect(vault.openZkPayload(password, malformed)).rejects.toThrow(MalformedPayload);
  });

  test('holds an empty text, and no more than 5 MiB', async () => {
    const empty = await vault.sealZkPayload(password, new Uint8Array());
    expect(await vault.openZkPayload(password, empty)).toHaveLength(0);
    const tooLong = new Uint8Array(5 * 1024 * 1024 + 1);
    await expect(vault.sealZkPayload(password, tooLong)).rejects.toThrow(RangeError);
  });
});

describe('base64', () => {
  test('is what Node makes, both ways', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (original) => {
      const encoded = Buffer.from(original).toString('base64');
      expect(toBase64(original)).toBe(encoded);
      expect(hex(fromBase64(encoded))).toBe(hex(original));
    });
    fc.assert(property, { numRuns: 300 });
    const long = native.randomBytes(100_001);
    expect(toBase64(long)).toBe(Buffer.from(long).toString('base64'));
  });

  test.each(['A', 'AA', 'AAA', 'AA=', 'AA==A', '====', 'AB==', 'AAB=', 'AA A', 'AA-_', ' AAAA', 'AAAA\n'])(
    '%j is not a payload',
    (text) => expect(fromBase64(text)).toBeUndefined(),
  );
});

describe.each(providers)('PBKDF2, %s', (_, primitives) => {
  test.each(['sha1', 'sha256'] as const)('with %s is what Node makes', async (hash) => {
    const { pbkdf2Sync } = await import('node:crypto');
    const parameters = { hash, iterations: 10_000, length: 32 };
    const key = await pbkdf2(primitives, utf8('password'), utf8('salt'), parameters);
    expect(hex(key)).toBe(pbkdf2Sync('password', 'salt', 10_000, 32, hash).toString('hex'));
  });

  test('refuses parameters out of bounds', () => {
    const derive = (iterations: number, length: number) =>
      pbkdf2(primitives, utf8('p'), utf8('s'), { hash: 'sha1', iterations, length });
    expect(() => derive(999, 32)).toThrow(RangeError);
    expect(() => derive(10_000_001, 32)).toThrow(RangeError);
    expect(() => derive(1000, 0)).toThrow(RangeError);
  });
});
