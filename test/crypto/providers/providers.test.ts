import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, cut } from '../../../crypto/encoding/bytes.ts';
import { choosePrimitives } from '../../../crypto/providers/node.ts';
import { flipBit, fromHex, hex } from '../../support/bytes.ts';
import { browser, native, noble, providers, withoutSimd } from '../../support/providers.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const everyArgon2 = [...providers, ['portable without SIMD', withoutSimd]] as const;

describe.each(everyArgon2)('Argon2id, %s', (_, { argon2id }) => {
  test('gives the tag of RFC 9106 section 5.3', async () => {
    const cost = {
      memoryKiB: 32,
      passes: 3,
      lanes: 4,
      secret: new Uint8Array(8).fill(3),
      associatedData: new Uint8Array(12).fill(4),
    };
    const tag = await argon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), cost, 32);
    expect(hex(tag)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
  });

  test('refuses a short salt and an impossible cost', async () => {
    const cost = { memoryKiB: 64, passes: 1, lanes: 1 };
    await expect(argon2id(utf8('p'), new Uint8Array(7), cost, 32)).rejects.toThrow(RangeError);
    await expect(argon2id(utf8('p'), new Uint8Array(8), { ...cost, lanes: 0 }, 32)).rejects.toThrow(
      RangeError,
    );
  });
});

test('Argon2id in wasm leaves no listener in the process', async () => {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listenerCount(event));
  await noble.argon2id(utf8('p'), new Uint8Array(16), { memoryKiB: 1024, passes: 1, lanes: 1 }, 32);
  expect(events.map((event) => process.listenerCount(event))).toEqual(before);
});

describe.each(providers)('%s', (_, primitives) => {
  test('HKDF-SHA-256 gives the outputs of RFC 5869 appendix A.1 to A.3', () => {
    const short = primitives.hkdfSha256(
      new Uint8Array(22).fill(0x0b),
      fromHex('000102030405060708090a0b0c'),
      fromHex('f0f1f2f3f4f5f6f7f8f9'),
      42,
    );
    expect(hex(short)).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    const run = (from: number) => Uint8Array.from({ length: 80 }, (_, at) => from + at);
    expect(hex(primitives.hkdfSha256(run(0), run(0x60), run(0xb0), 82))).toBe(
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09' +
        'da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    );
    const none = new Uint8Array();
    expect(hex(primitives.hkdfSha256(new Uint8Array(22).fill(0x0b), none, none, 42))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  test('X25519 gives the keys and the shared secret of RFC 7748 section 6.1', () => {
    const key = (seed: string) => primitives.x25519.privateKey(fromHex(seed));
    const alice = key('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const bob = key('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const [alicePublic, bobPublic] = [alice.publicKey, bob.publicKey];
    expect(hex(alicePublic)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(hex(bobPublic)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect([alice.agree(bobPublic), bob.agree(alicePublic)].map(hex)).toEqual([shared, shared]);
  });

  test('XChaCha20-Poly1305 gives the ciphertext of draft-irtf-cfrg-xchacha-03 appendix A.3.1', () => {
    const key = Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at);
    const nonce = Uint8Array.from({ length: 24 }, (_, at) => 0x40 + at);
    const sunscreen = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
        'sunscreen would be it.',
    );
    const aad = fromHex('50515253c0c1c2c3c4c5c6c7');
    expect(hex(primitives.xChaCha20Poly1305.seal(key, nonce, sunscreen, aad))).toBe(
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39' +
        'ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
        '21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
    );
  });

  test('PBKDF2 gives the keys of RFC 6070 and RFC 7914', async () => {
    expect(hex(await primitives.pbkdf2('sha1', utf8('password'), utf8('salt'), 4096, 20))).toBe(
      '4b007901b765489abead49d926f721d065a429c1',
    );
    expect(hex(await primitives.pbkdf2('sha256', utf8('passwd'), utf8('salt'), 1, 64))).toBe(
      '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
        '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    );
  });

  test('wrong lengths are told from wrong ciphertexts', () => {
    const { aes256Gcm, xChaCha20Poly1305, x25519, mlKem768 } = primitives;
    const none = new Uint8Array();
    expect(() => aes256Gcm.seal(new Uint8Array(16), new Uint8Array(12), none, none)).toThrow(RangeError);
    expect(() => aes256Gcm.seal(new Uint8Array(32), new Uint8Array(16), none, none)).toThrow(RangeError);
    expect(() => xChaCha20Poly1305.open(new Uint8Array(32), new Uint8Array(12), none, none)).toThrow(
      RangeError,
    );
    expect(aes256Gcm.open(new Uint8Array(32), new Uint8Array(12), new Uint8Array(15), none)).toBeUndefined();
    expect(() => x25519.privateKey(new Uint8Array(31))).toThrow(RangeError);
    expect(() => x25519.privateKey(new Uint8Array(32)).agree(new Uint8Array(33))).toThrow(RangeError);
    expect(() => mlKem768.privateKey(new Uint8Array(32))).toThrow(RangeError);
    expect(() => mlKem768.encapsulate(new Uint8Array(1183))).toThrow(RangeError);
    expect(() => mlKem768.privateKey(new Uint8Array(64)).decapsulate(new Uint8Array(1087))).toThrow(
      RangeError,
    );
  });

  test('X25519 refuses public keys of low order', () => {
    const key = primitives.x25519.privateKey(primitives.randomBytes(32));
    expect(key.agree(new Uint8Array(32))).toBeUndefined();
    expect(key.agree(Uint8Array.of(1, ...new Uint8Array(31)))).toBeUndefined();
  });
});

describe('the providers give the same bytes', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const message = fc.uint8Array({ maxLength: 300 });

  test.each([
    ['aes256Gcm', 12],
    ['xChaCha20Poly1305', 24],
  ] as const)('%s', (name, nonceBytes) => {
    const property = fc.property(
      ...[bytes(32), bytes(nonceBytes), message, message, fc.nat()],
      (key, nonce, plaintext, aad, where) => {
        const sealed = native[name].seal(key, nonce, plaintext, aad);
        expect(hex(noble[name].seal(key, nonce, plaintext, aad))).toBe(hex(sealed));
        const altered = flipBit(sealed, where % (sealed.length * 8));
        for (const [, primitives] of providers) {
          expect(hex(primitives[name].open(key, nonce, sealed, aad))).toBe(hex(plaintext));
          expect(primitives[name].open(key, nonce, altered, aad)).toBeUndefined();
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  test('chunks, also by Web Crypto, and however they are cut', async () => {
    const property = fc.asyncProperty(
      ...[bytes(32), bytes(12), message, fc.nat(300)],
      async (key, nonce, plaintext, at) => {
        const ciphers = [native, noble, browser].map((primitives) => primitives.aes256GcmChunks(key));
        const sealed = await Promise.all(
          ciphers.map(async ({ seal }) => concat(...(await seal(nonce, cut([plaintext], at).flat())))),
        );
        expect(new Set(sealed.map(hex)).size).toBe(1);
        const pieces = cut([sealed[0] as Uint8Array], at).flat();
        const opened = await Promise.all(
          ciphers.map(async ({ open }) => concat(...((await open(nonce, pieces)) ?? []))),
        );
        expect(opened.map(hex)).toEqual(ciphers.map(() => hex(plaintext)));
        const altered = cut([flipBit(sealed[0] as Uint8Array, at % 128)], at).flat();
        const refused = await Promise.all(ciphers.map(({ open }) => open(nonce, altered)));
        expect(refused).toEqual(ciphers.map(() => undefined));
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  test('HKDF, SHA-256, X25519 and ML-KEM-768 keys', () => {
    const property = fc.property(
      ...[bytes(32), bytes(32), bytes(64), message, message, fc.integer({ min: 1, max: 200 })],
      (a, b, kemSeed, salt, info, length) => {
        expect(hex(noble.hkdfSha256(a, salt, info, length))).toBe(
          hex(native.hkdfSha256(a, salt, info, length)),
        );
        expect(hex(noble.sha256(info))).toBe(hex(native.sha256(info)));
        const ours = native.x25519.privateKey(a);
        const theirs = noble.x25519.privateKey(b);
        expect(hex(ours.agree(theirs.publicKey))).toBe(hex(theirs.agree(ours.publicKey)));
        const kem = native.mlKem768.privateKey(kemSeed).publicKey;
        expect(hex(noble.mlKem768.privateKey(kemSeed).publicKey)).toBe(hex(kem));
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  test('Argon2id at the cost that is used', async () => {
    const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 };
    const tags = [native, noble, withoutSimd].map(({ argon2id }) =>
      argon2id(utf8('correct horse'), new Uint8Array(16).fill(9), cost, 32),
    );
    expect(new Set((await Promise.all(tags)).map(hex)).size).toBe(1);
  });
});

test('this Node has all that the native provider needs', async () => {
  expect((await choosePrimitives()).provider).toBe('native');
});
