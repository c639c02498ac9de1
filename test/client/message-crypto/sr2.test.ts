import { argon2Sync, randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MessageError,
  openSealed,
  sealMessage,
  sr2Characters,
} from '../../../client/message-crypto/index.ts';
import { decodeLinkKey, encodeLinkKey } from '../../../client/message-crypto/link-key.ts';
import { pad, paddedLength, unpad } from '../../../client/message-crypto/padding.ts';
import { limits } from '../../../contract/limits.ts';
import { formatOf } from '../../../contract/message-format.ts';
import { flipBit } from '../../support/bytes.ts';
import { native, noble } from '../../support/providers.ts';

const content = 'db-password: 東京 🔐\n';
const password = 'correct horse';

/** Sealed once; what the format is to this library must never change. */
const frozen: readonly (readonly [string, string, string, string | undefined])[] = [
  [
    'for ever',
    'sr2.AA2fQYgR9U6bN9JKYDoFt4zin0EHjzWcTfkscAbT31X58azia20Fly9rmoWWAj_KSpG7JlkTkVcR2dTzj1vx4M' +
      'EdwJu-bpDeCyPQpL32IUbhEpMkat54sE64IPyudeGvzIkr7cuXXUkny0fsfVY2lOe8U5uQCtVKNOR0Nl37osw9ph-' +
      '8qJNAj0hLIPxlNXfGPQ37u19qj40ga2Uw6UDOD0iOkz-9O7Z8JXv5ewaIL_yJW-' +
      'WxO5NOhTRVlo7M5aEWLzfj7GwNr-qk20c_vqi-' +
      '1uRV3WqtcZzJEDL5pSSCfPSYHTWSmKEhSpCP35CyHmrfU6TvZLcBwW7aua0MBVftjayXiDj0DecH6JBkatoIFZvpUE' +
      'B8AYaJuP5al6438uGhryXVH72QR5au2vGsbkfqXKIKW5zA3V9CwDd0XD38wBbWYzwEnMEaLilGUTzI3tO54f3E60uO' +
      'LNQc',
    'AIvCGHE9_RX4w760NkT5GkFEVnx0LTQI0W7bErfat5X-oN7G',
    undefined,
  ],
  [
    'para siempre',
    'sr2.Afr21bfJ6_Pd9hA3fOtb-HJ9mNkU29gBcsNHzpes3YWhwRF80Dq0rYxKSImAaGmjQ1HZ15Are0u8_ER1XX9ucu' +
      'P3AF2a6Ji9Lhta8rFPB8XPDI5OmjWbI9Qdng-qD9YnL9r5FTGCiQoPZzt-lSIB_EvBA8VAwtqvJUxF9SzuYxqABSqS' +
      'qrKIlC7ck9eGQCZGKxB0MBDA4K11UeGRG5qJFgk3ormUx2U8sbYu0Dcyd3pNvurmWUiSua1e7yIjyGU-KLzvfGKTyq' +
      'pvIaHdPX7IQaSwL7p4AjgsH5F3iuHld_RcEIc9Xdc8YsUjSvgjCTarrl9jJP7huwgxyb3m7CunAT6a_qsm5PjLGj07' +
      '_TfBiWswEtvbf4ULwWuzy9tqtBpV_XBwPDfRZ5vBjeglvUg9YHkosrB3Lto9xnNvWtuqS6nQX4F8LLwwGnPuMViJnI' +
      'AKXU9nco4YS41M',
    'AXstqgnlFO4edjq09qyyaTFIz0nInkn88uO-nFLX2tbu8l0P',
    'contraseña',
  ],
];

/** Who seals, who opens: a program on Node, or a browser. */
const pairs = [
  ['native → native', native, native],
  ['native → portable', native, noble],
  ['portable → native', noble, native],
  ['portable → portable', noble, noble],
] as const;

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MessageError)) throw new Error('it opened, or failed otherwise', { cause: error });
  return error.code;
}

const bytesOf = (encryptedContent: string) => Buffer.from(encryptedContent.slice(4), 'base64url');
const textOf = (bytes: Uint8Array) => `sr2.${Buffer.from(bytes).toString('base64url')}`;

test.each(pairs)('a message opens with its link, %s', async (_, sealer, opener) => {
  const { encryptedContent, fragment } = await sealMessage(sealer, content);
  expect(formatOf(encryptedContent)).toBe(2);
  expect(fragment).toMatch(/^[\w-]{48}$/);
  expect(await openSealed(opener, encryptedContent, { fragment })).toBe(content);
});

test.each(pairs)('a message with a password opens with both, %s', async (_, sealer, opener) => {
  const { encryptedContent, fragment } = await sealMessage(sealer, content, password);
  expect(await openSealed(opener, encryptedContent, { fragment, password })).toBe(content);
});

describe('a message', () => {
  test('opens by what is written down, without this library', async () => {
    const { encryptedContent, fragment } = await sealMessage(native, content, password);
    const bytes = bytesOf(encryptedContent);
    const key = Buffer.from(fragment, 'base64url').subarray(1, 33);
    const derived = argon2Sync('argon2id', {
      message: Buffer.concat([key, Buffer.from(password)]),
      nonce: bytes.subarray(1, 17),
      memory: 65_536,
      passes: 3,
      parallelism: 4,
      tagLength: 64,
    });
    const head = bytes.subarray(0, 73);
    expect(derived.subarray(32)).toEqual(bytes.subarray(41, 73));
    const aad = Buffer.concat([Buffer.from('sr2.'), head]);
    const cipher = xchacha20poly1305(derived.subarray(0, 32), bytes.subarray(17, 41), aad);
    const padded = Buffer.from(cipher.decrypt(bytes.subarray(73)));
    expect(padded.length).toBe(256);
    expect(padded.toString().replace(/\0*$/, '').slice(0, -1)).toBe(content);
  });

  test.each(frozen)('that was sealed once opens for ever: %s', async (text, sealed, fragment, password) => {
    expect(await openSealed(native, sealed, { fragment, password })).toBe(text);
  });

  test('says what is missing or wrong', async () => {
    const plain = await sealMessage(native, content);
    const locked = await sealMessage(native, content, password);
    const open = ({ encryptedContent }: typeof plain, fragment: string, password?: string) =>
      codeOf(openSealed(native, encryptedContent, { fragment, password }));
    expect(await open(plain, '')).toBe('INCOMPLETE_LINK');
    expect(await open(plain, plain.fragment.slice(0, -1))).toBe('INCOMPLETE_LINK');
    expect(await open(plain, locked.fragment)).toBe('WRONG_KEY');
    expect(await open(locked, locked.fragment)).toBe('PASSWORD_REQUIRED');
    expect(await open(locked, locked.fragment, '')).toBe('PASSWORD_REQUIRED');
    expect(await open(locked, locked.fragment, 'Correct horse')).toBe('WRONG_PASSWORD');
    expect(await open(locked, plain.fragment, password)).toBe('WRONG_PASSWORD');
    expect(await codeOf(openSealed(native, 'sr3.AAAA', plain))).toBe('UNSUPPORTED_FORMAT');
    expect(await codeOf(openSealed(native, 'sr2.====', plain))).toBe('UNSUPPORTED_FORMAT');
    expect(await codeOf(openSealed(native, 'sr2.AAAA', plain))).toBe('DAMAGED');
  });

  test('that was altered in its ciphertext is told from a wrong password', async () => {
    const { encryptedContent, fragment } = await sealMessage(native, content, password);
    const bytes = bytesOf(encryptedContent);
    for (const altered of [
      flipBit(bytes, 8 * 20), // nonce
      flipBit(bytes, 8 * 73),
      flipBit(bytes, 8 * bytes.length - 1),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
    ]) {
      expect(await codeOf(openSealed(native, textOf(altered), { fragment, password }))).toBe('DAMAGED');
    }
  });

  test('that was altered anywhere never opens', async () => {
    const { encryptedContent, fragment } = await sealMessage(native, content);
    const bytes = bytesOf(encryptedContent);
    for (let at = 0; at < bytes.length; at += 23) {
      const altered = textOf(flipBit(bytes, 8 * at + (at % 8)));
      expect(await codeOf(openSealed(native, altered, { fragment, password }))).toMatch(
        /^(WRONG_PASSWORD|WRONG_KEY|DAMAGED|UNSUPPORTED_FORMAT)$/,
      );
    }
  });

  test('takes the same password however a keyboard composes it', async () => {
    const { encryptedContent, fragment } = await sealMessage(native, content, 'contraseña'.normalize('NFD'));
    const typed = 'contraseña'.normalize('NFC');
    expect(await openSealed(native, encryptedContent, { fragment, password: typed })).toBe(content);
  });

  test('has a key, a salt and a nonce of its own', async () => {
    const [a, b] = [await sealMessage(native, content), await sealMessage(native, content)];
    expect(a.fragment.slice(0, 40)).not.toBe(b.fragment.slice(0, 40));
    expect(bytesOf(a.encryptedContent).subarray(1, 17)).not.toEqual(
      bytesOf(b.encryptedContent).subarray(1, 17),
    );
    expect(bytesOf(a.encryptedContent).subarray(17, 41)).not.toEqual(
      bytesOf(b.encryptedContent).subarray(17, 41),
    );
  });

  test('is not sealed where it would open as something else', async () => {
    await expect(sealMessage(native, 'lone \ud800 surrogate')).rejects.toThrow(RangeError);
    await expect(sealMessage(native, content, '')).rejects.toThrow(RangeError);
  });

  test.each(['', '\ufeffbyte order mark', 'a\0b\0\0', '\u0080'])('keeps %j as it is', async (text) => {
    const { encryptedContent, fragment } = await sealMessage(native, text);
    expect(await openSealed(native, encryptedContent, { fragment })).toBe(text);
  });

  test('as large as the API takes it opens, and its size is known before', async () => {
    const largest = 752 * 1024 - 1;
    expect(sr2Characters(largest)).toBeLessThanOrEqual(limits.messageBytes);
    expect(sr2Characters(largest + 1)).toBeGreaterThan(limits.messageBytes);
    const text = randomBytes(largest)
      .toString('latin1')
      .replaceAll(/[^ -~]/g, '.');
    const { encryptedContent, fragment } = await sealMessage(native, text);
    expect(encryptedContent.length).toBe(sr2Characters(largest));
    expect(formatOf(encryptedContent)).toBe(2);
    expect(await openSealed(native, encryptedContent, { fragment })).toBe(text);
  });
});

describe('padding', () => {
  test('hides the length of what is short, and leaves of any length a few sizes', () => {
    expect(paddedLength(1)).toBe(256);
    expect(paddedLength(256)).toBe(256);
    const sizes = new Set(Array.from({ length: 100_000 }, (_, length) => paddedLength(length + 1)));
    expect(sizes.size).toBeLessThan(150);
  });

  test('is that of Padmé: at most 12 % more', () => {
    // The paper's own code, with bits in place of powers.
    const padme = (length: number) => {
      const e = 31 - Math.clz32(length);
      const s = 31 - Math.clz32(e) + 1;
      const mask = 2 ** (e - s) - 1;
      return (length + mask) & ~mask;
    };
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 1_048_576 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBe(padme(length));
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(length * 1.12);
      }),
    );
  });

  test('comes off again, whatever the content ends in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(unpad(pad(bytes))).toEqual(bytes);
      }),
    );
    expect(unpad(new Uint8Array(256))).toBeUndefined();
    expect(unpad(Uint8Array.of(1, 2, 3))).toBeUndefined();
    expect(unpad(new Uint8Array())).toBeUndefined();
  });
});

describe('the key in a link', () => {
  const key = new Uint8Array(randomBytes(32));
  const text = encodeLinkKey(native, { key, needsPassword: true });

  test('says whether there is a password', () => {
    expect(decodeLinkKey(native, text)).toEqual({ key, needsPassword: true });
    const without = encodeLinkKey(native, { key, needsPassword: false });
    expect(decodeLinkKey(native, without).needsPassword).toBe(false);
  });

  test('that was cut, mistyped or changed in case is found out before anything is sent', () => {
    const broken = [
      '',
      'x',
      text.slice(0, -1),
      `${text}A`,
      `${text}=`,
      `${text}.`,
      text.toLowerCase(),
      `${text.slice(0, 10)}${text[10] === 'A' ? 'B' : 'A'}${text.slice(11)}`,
      `${text.slice(0, 20)}+${text.slice(21)}`,
    ];
    for (const each of broken) expect(() => decodeLinkKey(native, each), each).toThrow(MessageError);
  });

  test('of a newer program is refused as such', () => {
    const bytes = Buffer.from(text, 'base64url');
    bytes[0] = 2;
    const head = bytes.subarray(0, 33);
    const check = native.sha256(Buffer.concat([Buffer.from('strongroom link key'), head])).subarray(0, 3);
    const newer = Buffer.concat([head, check]).toString('base64url');
    expect(() => decodeLinkKey(native, newer)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }),
    );
  });
});
