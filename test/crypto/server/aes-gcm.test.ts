import { describe, expect, test } from 'vitest';
import { AesGcmRejected, openAesGcm, sealAesGcm } from '../../../crypto/server/aes-gcm.ts';

const key = Buffer.alloc(32, 7);
const aad = Buffer.from('context');

describe('AES-256-GCM', () => {
  /** Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), appendix B. */
  test('opens a published vector', () => {
    const vectorKey = Buffer.from('feffe9928665731c6d6a8f9467308308'.repeat(2), 'hex');
    const sealed = Buffer.from(
      'cafebabefacedbaddecaf888' +
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b',
      'hex',
    );
    const vectorAad = Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex');
    expect(Buffer.from(openAesGcm(vectorKey, sealed, vectorAad)).toString('hex')).toBe(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
  });

  test.each([0, 1, 16, 1000])('opens what it sealed: %i bytes', (length) => {
    const plaintext = Buffer.alloc(length, 42);
    const sealed = sealAesGcm(key, plaintext, aad);
    expect(sealed).toHaveLength(12 + length + 16);
    expect(Buffer.from(openAesGcm(key, sealed, aad))).toEqual(plaintext);
  });

  test('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 100 }, () => sealAesGcm(key, aad, aad).subarray(0, 12));
    expect(new Set(nonces.map((nonce) => Buffer.from(nonce).toString('hex'))).size).toBe(100);
  });

  test('refuses every flipped bit, every cut, another key and another context', () => {
    const sealed = sealAesGcm(key, Buffer.from('secret'), aad);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Uint8Array.from(sealed);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openAesGcm(key, altered, aad)).toThrow(AesGcmRejected);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => openAesGcm(key, sealed.subarray(0, length), aad)).toThrow(AesGcmRejected);
    }
    expect(() => openAesGcm(Buffer.alloc(32, 8), sealed, aad)).toThrow(AesGcmRejected);
    expect(() => openAesGcm(key, sealed, Buffer.from('other'))).toThrow(AesGcmRejected);
  });

  test('takes only keys of 32 bytes', () => {
    expect(() => sealAesGcm(key.subarray(1), aad, aad)).toThrow(TypeError);
    expect(() => openAesGcm(Buffer.alloc(16), Buffer.alloc(40), aad)).toThrow(TypeError);
  });
});
