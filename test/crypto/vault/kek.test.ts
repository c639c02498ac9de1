import { describe, expect, test } from 'vitest';
import { concat, lengthPrefixed, uint32 } from '../../../crypto/encoding/bytes.ts';
import { Tampered, UnsupportedSuite, WrongUserSecret } from '../../../crypto/errors.ts';
import { kekRecordBytes } from '../../../crypto/vault/kek.ts';
import { hex } from '../../support/bytes.ts';
import { native } from '../../support/providers.ts';
import { cuts, flips, nativeVault, refusalOf, vaultPairs } from '../../support/vault.ts';

const vault = nativeVault;
const owner = { org: 'org-1', user: 'user-1' };
const secret = 'correct horse battery staple';
const { kek, record } = await vault.createKek(secret, owner);
const open = (bytes: Uint8Array, who = owner) => vault.openKek(secret, who, bytes);

/** What someone makes who can write the store and knows the format: the check fits again. */
function forge(checked: Uint8Array): Uint8Array {
  const message = lengthPrefixed('strongroom kek record v1', checked, owner.org, owner.user);
  return concat(checked, native.sha256(message).subarray(0, 16));
}

function withCost(memoryKiB: number, passes: number, lanes: number): Uint8Array {
  const numbers = [memoryKiB, passes, lanes].map(uint32);
  return forge(concat(record.subarray(0, 2), ...numbers, record.subarray(14, -16)));
}

describe.each(vaultPairs)('the KEK, %s', (_, maker, opener) => {
  test('comes from its secret again, and from no other', async () => {
    const made = await maker.createKek(secret, owner);
    expect(made.record).toHaveLength(kekRecordBytes);
    expect(hex(await opener.openKek(secret, owner, made.record))).toBe(hex(made.kek));
    await expect(opener.openKek(`${secret}!`, owner, made.record)).rejects.toThrow(WrongUserSecret);
  });
});

describe('the KEK record', () => {
  test('is refused with any bit flipped, before any secret is tried', async () => {
    for (const [bit, flipped] of flips(record)) {
      await expect(open(flipped), `bit ${bit}`).rejects.toThrow(refusalOf(bit));
    }
  });

  test('is refused at any other length, and in another suite', async () => {
    for (const cut of cuts(record)) await expect(open(cut)).rejects.toThrow(Tampered);
    const other = concat(Uint8Array.of(1, 2), record.subarray(2));
    await expect(open(other)).rejects.toThrow(UnsupportedSuite);
  });

  test('is refused for another user or org, also where one name runs into the next', async () => {
    for (const who of [
      { org: 'org-2', user: 'user-1' },
      { org: 'org-1', user: 'user-2' },
      { org: 'org-1u', user: 'ser-1' },
    ]) {
      await expect(open(record, who)).rejects.toThrow(Tampered);
    }
  });

  test.each([
    ['memory below', 65_535, 3, 4],
    ['memory above', 262_145, 3, 4],
    ['passes below', 65_536, 2, 4],
    ['passes above', 65_536, 11, 4],
    ['lanes below', 65_536, 3, 3],
    ['lanes above', 65_536, 3, 17],
    ['nothing at all', 0, 0, 0],
    ['all there is', 0xffffffff, 0xffffffff, 0xffffffff],
  ])('is refused with %s the bounds, though its check fits', async (_, memoryKiB, passes, lanes) => {
    await expect(open(withCost(memoryKiB, passes, lanes))).rejects.toThrow(Tampered);
  });

  test('gives no key with a cost within the bounds that is not its own', async () => {
    await expect(open(withCost(65_536, 4, 4))).rejects.toThrow(WrongUserSecret);
    await expect(open(withCost(65_536, 3, 8))).rejects.toThrow(WrongUserSecret);
  });

  test('gives no key with another salt or commitment, though its check fits', async () => {
    const salted = Uint8Array.from(record.subarray(0, -16));
    salted[20] = (salted[20] as number) ^ 1;
    await expect(open(forge(salted))).rejects.toThrow(WrongUserSecret);
    const committed = Uint8Array.from(record.subarray(0, -16));
    committed[40] = (committed[40] as number) ^ 1;
    await expect(open(forge(committed))).rejects.toThrow(WrongUserSecret);
  });

  test('says its cost without the secret', () => {
    expect(vault.kekParameters(owner, record)).toEqual({ memoryKiB: 65_536, passes: 3, lanes: 4 });
  });

  test('opens at a higher cost that it was made with', async () => {
    const dear = await vault.createKek(secret, owner, { memoryKiB: 98_304, passes: 4, lanes: 4 });
    expect(hex(await open(dear.record))).toBe(hex(dear.kek));
    const cheap = { memoryKiB: 1024, passes: 3, lanes: 4 };
    await expect(vault.createKek(secret, owner, cheap)).rejects.toThrow(RangeError);
  });

  test('shows nothing of the KEK, and takes a secret in either Unicode form', async () => {
    expect(hex(record)).not.toContain(hex(kek));
    const composed = await vault.createKek('d\u00e9j\u00e0 vu, again', owner);
    const decomposed = await vault.openKek('de\u0301ja\u0300 vu, again', owner, composed.record);
    expect(hex(decomposed)).toBe(hex(composed.kek));
  });
});
