import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../crypto/encoding/bytes.ts';
import { Tampered, UnsupportedSuite } from '../../../crypto/errors.ts';
import { envelopeOverhead } from '../../../crypto/vault/envelope.ts';
import { hex } from '../../support/bytes.ts';
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
const value = utf8('planted-marker');

describe.each(vaultPairs)('a value, %s', (_, sealer, opener) => {
  test('opens to what was sealed, of any length', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 2000 }), (plaintext) => {
      const { envelope, cek } = sealer.sealValue(context, plaintext);
      expect(envelope).toHaveLength(plaintext.length + envelopeOverhead);
      expect(hex(opener.openValue(cek, context, envelope))).toBe(hex(plaintext));
    });
    fc.assert(property, { numRuns: 40 });
  });

  test('opens nowhere else', () => {
    const { envelope, cek } = sealer.sealValue(context, value);
    for (const other of elsewhere) expect(() => opener.openValue(cek, other, envelope)).toThrow(Tampered);
  });
});

describe('a value', () => {
  const { envelope, cek } = vault.sealValue(context, value);
  const open = (bytes: Uint8Array) => () => vault.openValue(cek, context, bytes);

  test('is refused with any bit flipped', () => {
    for (const [bit, flipped] of flips(envelope)) expect(open(flipped), `bit ${bit}`).toThrow(refusalOf(bit));
  });

  test('is refused at any other length', () => {
    for (const cut of cuts(envelope)) expect(open(cut)).toThrow(Tampered);
  });

  test('is refused in any suite but the one that there is', () => {
    for (let id = 0; id < 256; id++) {
      if (id === 1) continue;
      expect(open(concat(Uint8Array.of(1, id), envelope.subarray(2)))).toThrow(UnsupportedSuite);
      expect(open(concat(Uint8Array.of(id, 1), envelope.subarray(2)))).toThrow(UnsupportedSuite);
    }
  });

  test('is refused with a part of another value under the same key', () => {
    const other = vault.sealUnder(cek, context, utf8('other-value-42'));
    for (const at of [34, 66, envelope.length - 16]) {
      expect(open(concat(envelope.subarray(0, at), other.subarray(at))), `spliced at ${at}`).toThrow(
        Tampered,
      );
    }
  });

  test('is refused under another key, by the commitment', () => {
    expect(() => vault.openValue(new Uint8Array(32), context, envelope)).toThrow(Tampered);
  });

  test('is sealed differently each time, and shows nothing', () => {
    const again = vault.sealUnder(cek, context, value);
    expect(hex(again.subarray(2, 66))).not.toBe(hex(envelope.subarray(2, 66)));
    expect(hex(again.subarray(66))).not.toBe(hex(envelope.subarray(66)));
    expect(hex(envelope)).not.toContain(hex(value));
  });

  test('does not open as another part of its record', () => {
    const alias = vault.sealUnder(cek, { ...context, recordType: 'alias' }, value);
    expect(open(alias)).toThrow(Tampered);
    expect(hex(vault.openValue(cek, { ...context, recordType: 'alias' }, alias))).toBe(hex(value));
  });
});
