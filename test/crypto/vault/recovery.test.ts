import fc from 'fast-check';
import { combine, split } from 'shamir-secret-sharing';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../crypto/encoding/bytes.ts';
import { KeyMismatch, Tampered } from '../../../crypto/errors.ts';
import { add, inverse, multiply } from '../../../crypto/vault/gf256.ts';
import { sealedPartOverhead } from '../../../crypto/vault/sealed-part.ts';
import { thresholdOf } from '../../../crypto/vault/shamir.ts';
import { hex } from '../../support/bytes.ts';
import { native } from '../../support/providers.ts';
import {
  context,
  cuts,
  elsewhere,
  flips,
  nativeVault,
  portableVault,
  refusalOf,
  utf8,
  vaultPairs,
} from '../../support/vault.ts';

const vault = nativeVault;
const secret = native.randomBytes(64);
const head = 20;

describe('GF(256)', () => {
  const element = fc.nat(255);

  test('is the field of AES', () => {
    // FIPS 197 section 4.2.
    expect(multiply(0x57, 0x83)).toBe(0xc1);
    expect(multiply(0x57, 0x13)).toBe(0xfe);
  });

  test('has its laws', () => {
    const property = fc.property(element, element, element, (a, b, c) => {
      expect(multiply(a, b)).toBe(multiply(b, a));
      expect(multiply(a, multiply(b, c))).toBe(multiply(multiply(a, b), c));
      expect(multiply(a, add(b, c))).toBe(add(multiply(a, b), multiply(a, c)));
    });
    fc.assert(property, { numRuns: 1000 });
    for (let a = 1; a < 256; a++) expect(multiply(a, inverse(a))).toBe(1);
  });
});

describe('Shamir', () => {
  test('any k of n shares give the secret, one fewer is told, and both providers join', () => {
    const property = fc.property(
      fc
        .integer({ min: 2, max: 8 })
        .chain((threshold) =>
          fc.record({ threshold: fc.constant(threshold), shares: fc.integer({ min: threshold, max: 12 }) }),
        ),
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.infiniteStream(fc.nat()),
      (options, bytes, order) => {
        const shuffled = vault
          .splitSecret(bytes, options)
          .map((share) => [order.next().value as number, share] as const)
          .sort(([a], [b]) => a - b)
          .map(([, share]) => share);
        expect(shuffled.map(thresholdOf)).toEqual(shuffled.map(() => options.threshold));
        expect(hex(portableVault.joinShares(shuffled.slice(0, options.threshold)))).toBe(hex(bytes));
        expect(hex(vault.joinShares(shuffled))).toBe(hex(bytes));
        expect(() => vault.joinShares(shuffled.slice(1, options.threshold))).toThrow(RangeError);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  test('255 shares of which all are needed', () => {
    const shares = vault.splitSecret(utf8('s'), { threshold: 255, shares: 255 });
    expect(hex(vault.joinShares(shares))).toBe(hex(utf8('s')));
  });

  /** `shamir-secret-sharing`, audited by Cure53 and Zellic: the same field, a share as y ‖ x. */
  test('an independent implementation joins our shares', async () => {
    const shares = vault.splitSecret(secret, { threshold: 3, shares: 5 });
    const theirs = shares
      .slice(2)
      .map((share) => Uint8Array.from([...share.subarray(head), share[head - 1] as number]));
    const joined = await combine(theirs);
    expect(hex(joined.subarray(0, secret.length))).toBe(hex(secret));
  });

  test('we join the shares of an independent implementation', async () => {
    const ours = vault.splitSecret(secret, { threshold: 3, shares: 3 });
    const whole = await combine(
      ours.map((share) => Uint8Array.from([...share.subarray(head), share[head - 1] as number])),
    );
    const theirs = await split(whole, 5, 3);
    const rebuilt = theirs.slice(1, 4).map((share) => {
      const x = share[share.length - 1] as number;
      return concat((ours[0] as Uint8Array).subarray(0, head - 1), Uint8Array.of(x), share.subarray(0, -1));
    });
    expect(hex(vault.joinShares(rebuilt))).toBe(hex(secret));
  });

  test('one share of a secret takes every value', () => {
    const seen = new Set<number>();
    for (let round = 0; round < 10_000; round++) {
      const [share] = vault.splitSecret(Uint8Array.of(42), { threshold: 2, shares: 2 });
      seen.add((share as Uint8Array)[head] as number);
    }
    expect(seen.size).toBe(256);
  });

  test('a bit flipped in any share is seen, and so is a cut', () => {
    const [first, second, third] = vault.splitSecret(secret, { threshold: 3, shares: 4 }) as Uint8Array[];
    const join = (share: Uint8Array) => () =>
      vault.joinShares([second as Uint8Array, share, third as Uint8Array]);
    for (const [bit, flipped] of flips(first as Uint8Array))
      expect(join(flipped), `${bit}`).toThrow(refusalOf(bit));
    for (const cut of cuts(first as Uint8Array)) expect(join(cut)).toThrow(Tampered);
  });

  test('shares of two splittings, and one share twice, are refused', () => {
    const [a, b] = vault.splitSecret(secret, { threshold: 2, shares: 2 }) as Uint8Array[];
    const [, d] = vault.splitSecret(secret, { threshold: 2, shares: 2 }) as Uint8Array[];
    expect(() => vault.joinShares([a as Uint8Array, d as Uint8Array])).toThrow(Tampered);
    expect(() => vault.joinShares([a as Uint8Array, a as Uint8Array])).toThrow(Tampered);
    expect(hex(vault.joinShares([b as Uint8Array, a as Uint8Array]))).toBe(hex(secret));
  });

  test('a threshold that was lowered in every share gives no secret', () => {
    const shares = vault.splitSecret(secret, { threshold: 3, shares: 3 });
    const lowered = shares.slice(1).map((share) => {
      const copy = Uint8Array.from(share);
      copy[head - 2] = 2;
      return copy;
    });
    expect(() => vault.joinShares(lowered)).toThrow(Tampered);
  });

  test.each([
    [1, 3],
    [4, 3],
    [2, 256],
    [2.5, 3],
    [0, 0],
  ])('%d of %d is no way to split', (threshold, shares) => {
    expect(() => vault.splitSecret(secret, { threshold, shares })).toThrow(RangeError);
  });
});

describe('the XOR pair', () => {
  test.each(vaultPairs)('gives the secret of both halves, in any order, %s', (_, splitter, joiner) => {
    const [a, b] = splitter.splitPair(secret);
    expect(hex(joiner.joinPair(a, b))).toBe(hex(secret));
    expect(hex(joiner.joinPair(b, a))).toBe(hex(secret));
  });

  test('is refused with a bit flipped, cut, of two pairs, or one half twice', () => {
    const [a, b] = vault.splitPair(secret);
    const [c] = vault.splitPair(secret);
    for (const [bit, flipped] of flips(a))
      expect(() => vault.joinPair(flipped, b), `${bit}`).toThrow(refusalOf(bit));
    for (const cut of cuts(b)) expect(() => vault.joinPair(a, cut)).toThrow(Tampered);
    expect(() => vault.joinPair(c, b)).toThrow(Tampered);
    expect(() => vault.joinPair(a, a)).toThrow(Tampered);
  });
});

describe('a masked share', () => {
  test('comes back with the phrase, however it is typed, and is noise with another', async () => {
    const [a, b] = vault.splitPair(secret);
    const masked = await vault.maskShare(a, 'Rex the dog');
    expect(hex(masked)).not.toContain(hex(a.subarray(18)));
    const back = await portableVault.unmaskShare(masked, '  rex THE dog ');
    expect(hex(vault.joinPair(back, b))).toBe(hex(secret));
    const wrong = await vault.unmaskShare(masked, 'Rex the cat');
    expect(wrong).toHaveLength(a.length);
    expect(() => vault.joinPair(wrong, b)).toThrow();
    await expect(vault.unmaskShare(masked.subarray(0, 18), 'Rex the dog')).rejects.toThrow(Tampered);
  });
});

describe('a share sealed to a trustee', () => {
  const trustee = vault.generateKeyPairs();
  const place = { ...context, recordType: 'recovery-share', recordId: 'trustee-1' };
  const sealed = vault.sealTo(trustee.publicKeys, place, secret);

  test('opens for the trustee, on either provider', () => {
    expect(sealed).toHaveLength(secret.length + sealedPartOverhead);
    expect(hex(vault.openSealed(trustee, place, sealed))).toBe(hex(secret));
    const keys = portableVault.expandSeeds({ ...trustee.seeds });
    expect(hex(portableVault.openSealed(keys, place, sealed))).toBe(hex(secret));
  });

  test('opens for no one else, in no other place, and not when altered or cut', () => {
    expect(() => vault.openSealed(vault.generateKeyPairs(), place, sealed)).toThrow(KeyMismatch);
    for (const other of elsewhere) expect(() => vault.openSealed(trustee, other, sealed)).toThrow(Tampered);
    for (const cut of cuts(sealed, 101))
      expect(() => vault.openSealed(trustee, place, cut)).toThrow(Tampered);
    for (const [bit, flipped] of flips(sealed, 97)) {
      const refusal = bit >= 16 && bit < 34 * 8 ? KeyMismatch : undefined;
      const open = () => vault.openSealed(trustee, place, flipped);
      // The envelope inside has its own version and suite.
      if (refusal) expect(open).toThrow(refusal);
      else expect(open, `bit ${bit}`).toThrow(/unknown version|altered/);
    }
  });
});
