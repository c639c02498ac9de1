import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat } from '../../crypto/encoding/bytes.ts';
import { chunkBytes } from '../../crypto/vault/file-format.ts';
import { openFile, sealFile } from '../../crypto/vault/file-stream.ts';
import type { ZkPayload } from '../../crypto/zk/payload.ts';
import { flipBit, fromHex, hex } from '../support/bytes.ts';
import { native, providers } from '../support/providers.ts';
import { context, nativeVault, portableVault, text, utf8 } from '../support/vault.ts';
import { Formats } from './formats.ts';

const vaults = [
  ['native', nativeVault],
  ['portable', portableVault],
] as const;
const cek = native.randomBytes(32);
let python: Formats;
beforeAll(async () => {
  python = await Formats.start();
});
afterAll(() => python.stop());

describe.each(vaults)('pyca/cryptography and the %s provider read each other', (_, vault) => {
  const keys = vault.generateKeyPairs();
  const { seeds, publicKeys, keyId } = keys;

  test('values', async () => {
    const value = utf8('planted-marker');
    const { envelope, cek: own } = vault.sealValue(context, value);
    expect(hex(await python.bytes('openValue', { cek: own, context, envelope }))).toBe(hex(value));
    const theirs = await python.bytes('sealValue', { cek, context, value });
    expect(hex(vault.openValue(cek, context, theirs))).toBe(hex(value));
    const altered = flipBit(envelope, 600);
    await expect(python.ask('openValue', { cek: own, context, envelope: altered })).rejects.toThrow(
      'refused',
    );
  });

  test('wrapped keys', async () => {
    const wrapped = vault.wrapCek(publicKeys, context, cek);
    const request = { wrapped, x25519Seed: seeds.x25519, mlKem768Seed: seeds.mlKem768, context };
    expect(hex(await python.bytes('unwrapCek', request))).toBe(hex(cek));
    const theirs = await python.bytes('wrapCek', { cek, context, ...publicKeys });
    expect(hex(vault.unwrapCek(keys, context, theirs))).toBe(hex(cek));
    const moved = { ...request, context: { ...context, version: context.version + 1 } };
    await expect(python.ask('unwrapCek', moved)).rejects.toThrow('refused');
  });

  test('KEK records and private keys', async () => {
    const owner = { org: 'org-1', user: 'usér-1' };
    const secret = 'correct horse battery stäple';
    const { kek, record } = await vault.createKek(secret, owner);
    expect(hex(await python.bytes('openKek', { secret, ...owner, record }))).toBe(hex(kek));
    const theirs = (await python.ask('createKek', { secret, ...owner })) as { kek: string; record: string };
    expect(hex(await vault.openKek(secret, owner, fromHex(theirs.record)))).toBe(theirs.kek);

    const keyOwner = { ...owner, keyVersion: 2 };
    const sealed = vault.sealPrivateKeys(kek, keyOwner, keys);
    for (const algorithm of ['x25519', 'mlKem768'] as const) {
      const request = { kek, owner: keyOwner, algorithm, keyId, sealed: sealed[algorithm] };
      expect(hex(await python.bytes('openPrivateKey', request))).toBe(hex(seeds[algorithm]));
    }
  });

  test.each([0, 1, chunkBytes, 2 * chunkBytes + 5])('files of %i bytes', async (size) => {
    const plaintext = native.randomBytes(size);
    const pieces: Uint8Array[] = [];
    for await (const piece of sealFile(vault.newFileCipher(cek, context), [plaintext])) pieces.push(piece);
    const opened = await python.bytes('openFile', { cek, context, sealed: concat(...pieces) });
    expect(Buffer.compare(opened, plaintext)).toBe(0);
    const theirs = await python.bytes('sealFile', { cek, context, plaintext });
    const back: Uint8Array[] = [];
    for await (const piece of openFile((header) => vault.fileCipher(cek, context, header), [theirs])) {
      back.push(piece);
    }
    expect(Buffer.compare(concat(...back), plaintext)).toBe(0);
  });
});

describe.each(vaults)('argon2-cffi with PyNaCl and the %s provider read each other', (_, vault) => {
  test.each([
    ['empty', ''],
    ['short', 'print(1)'],
    ['long', 'é'.repeat(10_000)],
  ])('zero-knowledge payloads, %s', async (_, code) => {
    const password = 'master pässword 🔑';
    const ours = await vault.sealZkPayload(password, utf8(code));
    expect(text(await python.bytes('openZk', { password, payload: ours }))).toBe(code);
    const theirs = (await python.ask('sealZk', { password, plaintext: utf8(code) })) as ZkPayload;
    expect(text(await vault.openZkPayload(password, theirs))).toBe(code);
    await expect(python.ask('openZk', { password: 'another', payload: ours })).rejects.toThrow('refused');
  });
});

describe.each(providers)('the primitives are theirs, %s', (_, primitives) => {
  test('Argon2id, HKDF, X25519, AES-256-GCM, PBKDF2', async () => {
    const { randomBytes } = native;
    for (let round = 0; round < 10; round++) {
      const [key, salt, info, seed] = [32, 16, 20 + round, 32].map(randomBytes) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 };
      if (round === 0) {
        const theirs = hex(await python.bytes('argon2id', { secretBytes: key, salt }));
        expect(hex(await primitives.argon2id(key, salt, cost, 32))).toBe(theirs);
      }
      const hkdf = await python.bytes('hkdf', { key, salt, info, length: 77 });
      expect(hex(primitives.hkdfSha256(key, salt, info, 77))).toBe(hex(hkdf));
      const peer = primitives.x25519.privateKey(key).publicKey;
      const agreed = await python.bytes('x25519Agree', { seed, public: peer });
      expect(hex(primitives.x25519.privateKey(seed).agree(peer))).toBe(hex(agreed));
      const nonce = randomBytes(12);
      const sealed = await python.bytes('aesGcmSeal', { key, nonce, plaintext: info, aad: salt });
      expect(hex(primitives.aes256Gcm.seal(key, nonce, info, salt))).toBe(hex(sealed));
      const hash = round % 2 ? 'sha1' : 'sha256';
      const stretched = { hash, passwordBytes: key, salt, iterations: 1000 + round, length: 40 };
      const theirs = hex(await python.bytes('pbkdf2', stretched));
      expect(hex(await primitives.pbkdf2(hash, key, salt, 1000 + round, 40))).toBe(theirs);
    }
  });
});
