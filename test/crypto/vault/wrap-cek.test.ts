import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../crypto/encoding/bytes.ts';
import { KeyMismatch, Tampered, UnsupportedSuite } from '../../../crypto/errors.ts';
import { wrappedCekBytes } from '../../../crypto/vault/wrap-cek.ts';
import { flipBit, hex } from '../../support/bytes.ts';
import { native } from '../../support/providers.ts';
import {
  context,
  cuts,
  elsewhere,
  flips,
  nativeVault,
  refusalOf,
  utf8,
  vaultPairs,
} from '../../support/vault.ts';

const vault = nativeVault;
const alice = vault.generateKeyPairs();
const bob = vault.generateKeyPairs();
const cek = native.randomBytes(32);
const wrapped = vault.wrapCek(alice.publicKeys, context, cek);
const unwrap = (bytes: Uint8Array) => () => vault.unwrapCek(alice, context, bytes);

describe.each(vaultPairs)('a wrapped key, %s', (_, sealer, opener) => {
  test('unwraps for its recipient', () => {
    const keys = opener.expandSeeds(opener.generateKeyPairs().seeds);
    const sent = sealer.wrapCek(keys.publicKeys, context, cek);
    expect(sent).toHaveLength(wrappedCekBytes);
    expect(hex(opener.unwrapCek(keys, context, sent))).toBe(hex(cek));
  });

  test('unwraps nowhere else', () => {
    const keys = opener.generateKeyPairs();
    const sent = sealer.wrapCek(keys.publicKeys, context, cek);
    for (const other of elsewhere) expect(() => opener.unwrapCek(keys, other, sent)).toThrow(Tampered);
  });

  test('is refused with a bit flipped', () => {
    const keys = opener.generateKeyPairs();
    const sent = sealer.wrapCek(keys.publicKeys, context, cek);
    const property = fc.property(fc.nat(sent.length * 8 - 1), (bit) => {
      const refusal = bit >= 16 && bit < 34 * 8 ? KeyMismatch : refusalOf(bit);
      expect(() => opener.unwrapCek(keys, context, flipBit(sent, bit))).toThrow(refusal);
    });
    fc.assert(property, { numRuns: 60 });
  });
});

describe('a wrapped key', () => {
  test('is refused with any bit flipped: suite, key id, ML-KEM ciphertext and both layers', () => {
    for (const [bit, flipped] of flips(wrapped, 3)) {
      const refusal = bit >= 16 && bit < 34 * 8 ? KeyMismatch : refusalOf(bit);
      expect(unwrap(flipped), `bit ${bit}`).toThrow(refusal);
    }
  });

  test('is refused at any other length', () => {
    for (const cut of cuts(wrapped, 7)) expect(unwrap(cut)).toThrow(Tampered);
  });

  test('is refused in any suite but the one that there is', () => {
    for (let id = 0; id < 256; id++) {
      if (id !== 1)
        expect(unwrap(concat(Uint8Array.of(1, id), wrapped.subarray(2)))).toThrow(UnsupportedSuite);
    }
  });

  test('is for one recipient: told apart by the key id, and refused under a forged one', () => {
    expect(() => vault.unwrapCek(bob, context, wrapped)).toThrow(KeyMismatch);
    const forged = concat(wrapped.subarray(0, 2), bob.keyId, wrapped.subarray(34));
    expect(() => vault.unwrapCek(bob, context, forged)).toThrow(Tampered);
  });

  test('needs both private keys', () => {
    const other = { ...alice, x25519: bob.x25519 };
    expect(() => vault.unwrapCek(other, context, wrapped)).toThrow(Tampered);
    const another = { ...alice, mlKem768: bob.mlKem768 };
    expect(() => vault.unwrapCek(another, context, wrapped)).toThrow(Tampered);
  });

  test('is refused with the layers of two wrappings mixed', () => {
    const again = vault.wrapCek(alice.publicKeys, context, cek);
    const at = 34 + 1088;
    expect(unwrap(concat(wrapped.subarray(0, at), again.subarray(at)))).toThrow(Tampered);
  });

  test('is wrapped again for a share without touching the value', () => {
    const { envelope, cek: own } = vault.sealValue(context, utf8('shared'));
    const toAlice = vault.wrapCek(alice.publicKeys, context, own);
    const toBob = vault.wrapCek(bob.publicKeys, context, vault.unwrapCek(alice, context, toAlice));
    const opened = vault.openValue(vault.unwrapCek(bob, context, toBob), context, envelope);
    expect(new TextDecoder().decode(opened)).toBe('shared');
  });

  test('is never created for invalid public keys', () => {
    const { x25519, mlKem768 } = alice.publicKeys;
    const wrong = [
      { x25519: new Uint8Array(32), mlKem768 },
      { x25519: x25519.subarray(1), mlKem768 },
      { x25519, mlKem768: mlKem768.subarray(1) },
      { x25519, mlKem768: new Uint8Array(1184).fill(0xff) },
    ];
    for (const keys of wrong) expect(() => vault.wrapCek(keys, context, cek)).toThrow(Tampered);
  });

  test('leaves the CEK as it was, and takes only one of 32 bytes', () => {
    const own = native.randomBytes(32);
    const before = hex(own);
    vault.wrapCek(alice.publicKeys, context, own);
    expect(hex(own)).toBe(before);
    expect(() => vault.wrapCek(alice.publicKeys, context, own.subarray(1))).toThrow(RangeError);
  });
});
