import { createRequire } from 'node:module';

type Words = { toString(): string };

type CryptoJs = {
  readonly lib: { readonly WordArray: { random(bytes: number): Words } };
  readonly enc: { readonly Hex: { parse(hex: string): Words }; readonly Utf8: object };
  readonly pad: { readonly Pkcs7: object };
  readonly mode: { readonly CBC: object };
  readonly AES: {
    encrypt(text: string, key: Words, options: object): Words;
    decrypt(text: string, key: Words, options: object): { toString(encoding: object): string };
  };
  PBKDF2(password: string, salt: Words, options: { keySize: number; iterations: number }): Words;
};

const require = createRequire(import.meta.url);

/** Two releases: PBKDF2 uses SHA-1 by default in 4.1, and SHA-256 in 4.2. */
const releases: Readonly<Record<'4.1' | '4.2', () => CryptoJs>> = {
  '4.1': () => require('crypto-js-4.1'),
  '4.2': () => require('crypto-js-4.2'),
};

export const legacyVersions = ['4.1', '4.2'] as const;

/** Returns the reference's client, copied verbatim, on a real release of crypto-js. */
export function legacyClient(version: (typeof legacyVersions)[number]) {
  const CryptoJS = releases[version]();
  const derive = (key: string, salt: Words) =>
    CryptoJS.PBKDF2(key, salt, { keySize: 256 / 32, iterations: 100_000 });
  const options = (iv: Words) => ({ iv, padding: CryptoJS.pad.Pkcs7, mode: CryptoJS.mode.CBC });
  return {
    encryptMessage(message: string, key: string): string {
      const salt = CryptoJS.lib.WordArray.random(128 / 8);
      const iv = CryptoJS.lib.WordArray.random(128 / 8);
      const content = { version: 'v1', content: message, created: new Date().toISOString() };
      const encrypted = CryptoJS.AES.encrypt(JSON.stringify(content), derive(key, salt), options(iv));
      return salt.toString() + iv.toString() + encrypted.toString();
    },
    decryptMessage(encrypted: string, key: string): { version: string; content: string } {
      const [salt, iv] = [encrypted.slice(0, 32), encrypted.slice(32, 64)].map((hex) =>
        CryptoJS.enc.Hex.parse(hex),
      ) as [Words, Words];
      const plain = CryptoJS.AES.decrypt(encrypted.slice(64), derive(key, salt), options(iv));
      return JSON.parse(plain.toString(CryptoJS.enc.Utf8));
    },
  };
}
