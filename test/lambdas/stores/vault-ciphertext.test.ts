import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Tampered } from '../../../crypto/errors.ts';
import { inTableBytes } from '../../../lambdas/stores/in-table.ts';
import {
  deleteCiphertext,
  readCiphertext,
  storeCiphertext,
} from '../../../lambdas/stores/vault-ciphertext.ts';
import { sweepVaultObjects } from '../../../lambdas/stores/vault-objects.ts';
import { VaultHandlers } from '../../support/vault-handlers.ts';

let handlers: VaultHandlers;
beforeEach(() => {
  handlers = new VaultHandlers();
});
afterEach(() => handlers.close());

const later = () => Date.now() + 2 * 60 * 60_000;
const objects = async () => {
  const listed = await handlers.platform.objects.list({ prefix: 'vault/', limit: 100 });
  return listed.objects.length;
};

describe('the place of a ciphertext', () => {
  test('is the record for a small one', async () => {
    const ciphertext = randomBytes(inTableBytes);
    const { place, writes } = await storeCiphertext(handlers.platform.objects, ciphertext);
    expect([place, writes, await objects()]).toEqual([{ envelope: ciphertext, objectId: null }, [], 0]);
    expect(await readCiphertext(handlers.platform.objects, place)).toEqual(ciphertext);
  });

  test('is the object store for a large one, which is stored before the record that names it', async () => {
    const ciphertext = randomBytes(inTableBytes + 1);
    const { place, writes } = await storeCiphertext(handlers.platform.objects, ciphertext);
    expect([place.envelope, writes.length, await objects()]).toEqual([null, 1, 1]);
    expect(Buffer.from(await readCiphertext(handlers.platform.objects, place))).toEqual(ciphertext);
  });

  test('counts as tampered with if it is in neither place', async () => {
    for (const objectId of [null, '00000000-0000-4000-8000-000000000000']) {
      const reading = readCiphertext(handlers.platform.objects, { envelope: null, objectId });
      await expect(reading).rejects.toThrow(Tampered);
    }
  });
});

describe('the sweep', () => {
  test('removes only objects that are old enough and that no record names', async () => {
    const { platform } = handlers;
    const large = () => storeCiphertext(platform.objects, randomBytes(inTableBytes + 1));
    const [named, released] = [await large(), await large()];
    await large();
    await platform.table.transact([...named.writes, ...released.writes]);
    await platform.table.transact(deleteCiphertext(released.place));
    expect([await sweepVaultObjects(platform), await objects()]).toEqual([0, 3]);
    expect([await sweepVaultObjects(platform, later()), await objects()]).toEqual([2, 1]);
    expect(await readCiphertext(platform.objects, named.place)).toHaveLength(inTableBytes + 1);
  });

  test('keeps the last version of a value, and removes earlier versions and deleted values', async () => {
    const { platform } = handlers;
    const user = await handlers.newUser(await handlers.newOrg(), 'alice');
    await user.call('keys.generate');
    const valueB64 = randomBytes(50_000).toString('base64');
    const put = (key: string) => user.call('kv.put', { params: { key }, body: { valueB64 } });
    for (const key of ['kept', 'kept', 'deleted', 'made small']) await put(key);
    await user.call('kv.delete', { params: { key: 'deleted' } });
    await user.call('kv.put', { params: { key: 'made small' }, body: { valueB64: 'YQ==' } });
    expect(await objects()).toBe(4);
    expect([await sweepVaultObjects(platform, later()), await objects()]).toEqual([3, 1]);
    expect((await user.call('kv.get', { params: { key: 'kept' } })).body).toEqual({ valueB64 });
  });
});
