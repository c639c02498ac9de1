import { describe, expect, test } from 'vitest';
import { Tampered, UnsupportedSuite, WrongUserSecret } from '../../../crypto/errors.ts';
import { flipBit, hex } from '../../support/bytes.ts';
import { native } from '../../support/providers.ts';
import { cuts, flips, nativeVault, refusalOf, vaultPairs } from '../../support/vault.ts';

const vault = nativeVault;
const owner = { org: 'org-1', user: 'user-1', keyVersion: 3 };
const kek = native.randomBytes(32);
const keys = vault.generateKeyPairs();
const sealed = vault.sealPrivateKeys(kek, owner, keys);
const open = (changed: object = {}, who = owner, publicKeys = keys.publicKeys) =>
  vault.openPrivateKeys(kek, who, publicKeys, { ...sealed, ...changed });

test.each(vaultPairs)('private keys open to the same seeds, %s', (_, sealer, opener) => {
  const own = sealer.generateKeyPairs();
  const stored = sealer.sealPrivateKeys(kek, owner, own);
  const opened = opener.openPrivateKeys(kek, owner, own.publicKeys, stored);
  expect(hex(opened.seeds.x25519)).toBe(hex(own.seeds.x25519));
  expect(hex(opened.seeds.mlKem768)).toBe(hex(own.seeds.mlKem768));
  expect(hex(opened.keyId)).toBe(hex(own.keyId));
});

describe('private keys at rest', () => {
  test('are refused with any bit flipped', () => {
    for (const name of ['x25519', 'mlKem768'] as const) {
      for (const [bit, flipped] of flips(sealed[name])) {
        expect(() => open({ [name]: flipped }), `${name} bit ${bit}`).toThrow(refusalOf(bit));
      }
    }
  });

  test('are refused at any other length, and in another suite', () => {
    for (const name of ['x25519', 'mlKem768'] as const) {
      for (const cut of cuts(sealed[name], 5)) expect(() => open({ [name]: cut })).toThrow(Tampered);
      expect(() => open({ [name]: flipBit(sealed[name], 9) })).toThrow(UnsupportedSuite);
    }
  });

  test('are refused in each other’s place, for another user, org or key version', () => {
    expect(() => open({ x25519: sealed.mlKem768, mlKem768: sealed.x25519 })).toThrow(Tampered);
    expect(() => open({ mlKem768: sealed.x25519 })).toThrow(Tampered);
    for (const who of [
      { ...owner, org: 'org-2' },
      { ...owner, user: 'user-2' },
      { ...owner, keyVersion: 2 },
      { ...owner, keyVersion: 4 },
    ]) {
      expect(() => open({}, who)).toThrow(Tampered);
    }
  });

  test('are refused beside other public keys, or damaged ones', () => {
    const other = vault.generateKeyPairs().publicKeys;
    expect(() => open({}, owner, other)).toThrow(Tampered);
    expect(() => open({}, owner, { ...keys.publicKeys, x25519: other.x25519 })).toThrow(Tampered);
    expect(() => open({}, owner, { ...keys.publicKeys, x25519: new Uint8Array(31) })).toThrow(Tampered);
    expect(() => open({}, owner, { ...keys.publicKeys, mlKem768: new Uint8Array(0) })).toThrow(Tampered);
  });

  test('are refused under another KEK', () => {
    const other = native.randomBytes(32);
    expect(() => vault.openPrivateKeys(other, owner, keys.publicKeys, sealed)).toThrow(Tampered);
  });

  test('show no seed', () => {
    expect(hex(sealed.x25519)).not.toContain(hex(keys.seeds.x25519));
    expect(hex(sealed.mlKem768)).not.toContain(hex(keys.seeds.mlKem768));
  });

  test('are wiped with their seeds', () => {
    const own = vault.generateKeyPairs();
    own.wipe();
    expect(own.seeds.x25519.every((byte) => byte === 0)).toBe(true);
    expect(own.seeds.mlKem768.every((byte) => byte === 0)).toBe(true);
  });
});

describe('restored keys', () => {
  test('open with the temporary secret, and are refused where they do not match the public keys', async () => {
    const restored = await vault.sealRestoredKeys('temporary secret', owner, keys);
    const opened = await vault.openRestoredKeys('temporary secret', owner, keys.publicKeys, restored);
    expect(hex(opened.seeds.mlKem768)).toBe(hex(keys.seeds.mlKem768));
    const openAs = (secret: string, changed: object = {}, publicKeys = keys.publicKeys) =>
      vault.openRestoredKeys(secret, owner, publicKeys, { ...restored, ...changed });
    await expect(openAs('another secret')).rejects.toThrow(WrongUserSecret);
    const stranger = vault.generateKeyPairs();
    await expect(openAs('temporary secret', {}, stranger.publicKeys)).rejects.toThrow(Tampered);
    await expect(openAs('temporary secret', { x25519: restored.mlKem768 })).rejects.toThrow(Tampered);
    await expect(openAs('temporary secret', { x25519: new Uint8Array(5) })).rejects.toThrow(Tampered);
    const theirs = await vault.sealRestoredKeys('temporary secret', owner, stranger);
    await expect(openAs('temporary secret', { mlKem768: theirs.mlKem768 })).rejects.toThrow(Tampered);
  });
});
