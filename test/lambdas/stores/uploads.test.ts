import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { sweepVaultObjects } from '../../../lambdas/stores/vault-objects.ts';
import { type ClientFile, sealClientFile } from '../../support/file-client.ts';
import { putPart } from '../../support/put-part.ts';
import { type HandlerUser, VaultHandlers } from '../../support/vault-handlers.ts';

const hour = 60 * 60_000;

let handlers: VaultHandlers;
let owner: HandlerUser;
let file: ClientFile;
beforeEach(async () => {
  handlers = new VaultHandlers();
  owner = await handlers.newUser(await handlers.newOrg(), 'owner');
  await owner.call('keys.generate');
  file = sealClientFile((await owner.call('users.getMe')).body, randomBytes(1000));
});
afterEach(() => {
  vi.useRealTimers();
  handlers.close();
});

const params = () => ({ params: { id: file.id } });
const complete = () => owner.call('uploads.complete', params());
const objects = async () =>
  (await handlers.platform.objects.list({ prefix: 'vault/', limit: 100 })).objects.length;
const upload = async () => {
  await owner.call('uploads.create', { body: file.input });
  const { body } = await owner.call('uploads.signParts', { ...params(), body: { partNumbers: [1] } });
  await putPart(handlers.platform.objects, body.parts[0].url, await file.part(1));
};
/** Assembles the parts into one object, and fails before it is recorded. */
const assembleOnly = async () => {
  const { table } = handlers.platform;
  const transact = vi.spyOn(table, 'transact').mockRejectedValueOnce(new Error('the store is away'));
  expect((await complete()).status).toBe(500);
  transact.mockRestore();
};
const travel = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

describe('the sweep', () => {
  test('keeps the object of an upload that was assembled but not recorded yet', async () => {
    await upload();
    await assembleOnly();
    travel(limits.uploadSeconds * 1000 - hour);
    expect([await sweepVaultObjects(handlers.platform), await objects()]).toEqual([0, 1]);
    expect((await complete()).status).toBe(200);
    travel(30 * 24 * hour);
    expect([await sweepVaultObjects(handlers.platform), await objects()]).toEqual([0, 1]);
    expect((await owner.call('files.get', params())).status).toBe(200);
  });

  test('removes the object of an upload that expired without being completed', async () => {
    await upload();
    await assembleOnly();
    travel(limits.uploadSeconds * 1000 + 1000);
    for (const operation of ['get', 'complete', 'abort']) {
      expect((await owner.call(`uploads.${operation}`, params())).status).toBe(404);
    }
    expect((await owner.call('uploads.list')).body).toEqual([]);
    // By then a completion that began in time has finished.
    expect(await sweepVaultObjects(handlers.platform)).toBe(0);
    travel(2 * hour);
    expect([await sweepVaultObjects(handlers.platform), await objects()]).toEqual([1, 0]);
  });

  test('removes the object of an upload that was aborted after its parts were assembled', async () => {
    await upload();
    await assembleOnly();
    expect((await owner.call('uploads.abort', params())).status).toBe(200);
    travel(2 * hour);
    expect([await sweepVaultObjects(handlers.platform), await objects()]).toEqual([1, 0]);
  });

  test('removes the object of a deleted file, and an object that no record ever named', async () => {
    const body = { fileName: 'a', contentB64: 'YQ==' };
    const { id } = (await owner.call('files.create', { body })).body;
    vi.spyOn(handlers.platform.table, 'transact').mockRejectedValueOnce(new Error('the store is away'));
    expect((await owner.call('files.create', { body })).status).toBe(500);
    expect(await objects()).toBe(2);
    await owner.call('files.delete', { params: { id } });
    travel(2 * hour);
    expect([await sweepVaultObjects(handlers.platform), await objects()]).toEqual([2, 0]);
  });
});
