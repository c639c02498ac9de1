import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FileObjects } from '../../../platform/local/file-objects.ts';
import { ObjectDamaged } from '../../../platform/objects.ts';
import { objectsSuite } from '../objects.suite.ts';
import { killedWriter } from './killed-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'strongroom-objects-'));
const signingKey = randomBytes(32);
const opened: FileObjects[] = [];
let served: FileObjects;
const server = createServer((request, response) => served.handle(request, response));
const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const open = (folder: string) => {
  const objects = new FileObjects(join(root, folder), { baseUrl, signingKey });
  opened.push(objects);
  return objects;
};
const blobs = (folder: string) => readdirSync(join(root, folder, 'blobs'));

beforeAll(async () => {
  served = open('served');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  for (const objects of opened) objects.close();
  rmSync(root, { recursive: true });
});

objectsSuite('files', async () => served);

const body = Buffer.from('content');

describe('a signed URL', () => {
  async function statusAfter(change: (url: URL) => void): Promise<number> {
    await served.put('signed/object', body);
    const url = new URL(await served.signGet('signed/object', 60));
    change(url);
    return (await fetch(url)).status;
  }

  test('is valid as it was signed', async () => {
    expect(await statusAfter(() => undefined)).toBe(200);
  });

  test.each<[string, (url: URL) => void]>([
    ['another key', (url) => (url.pathname = '/objects/signed/other')],
    ['another encoding of the key', (url) => (url.pathname = '/objects/signed%2Fobject')],
    ['a later expiry', (url) => url.searchParams.set('expires', '4000000000')],
    ['an expiry that is not a number', (url) => url.searchParams.set('expires', 'Infinity')],
    ['no expiry', (url) => url.searchParams.delete('expires')],
    ['another signature', (url) => url.searchParams.set('signature', randomBytes(32).toString('base64url'))],
    ['half a signature', (url) => url.searchParams.set('signature', randomBytes(16).toString('base64url'))],
    ['no signature', (url) => url.searchParams.delete('signature')],
    ['no query', (url) => (url.search = '')],
  ])('is rejected with %s', async (_, change) => {
    expect(await statusAfter(change)).toBe(403);
  });

  test('is rejected for every other method', async () => {
    const url = await served.signGet('signed/object', 60);
    for (const method of ['PUT', 'POST', 'DELETE', 'HEAD']) {
      expect((await fetch(url, { method, ...(method === 'PUT' && { body: 'x' }) })).status).toBe(403);
    }
    expect((await served.get('signed/object'))?.body).toEqual(body);
  });

  test('expires', async () => {
    const url = await served.signGet('signed/object', 60);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    try {
      expect((await fetch(url)).status).toBe(403);
    } finally {
      vi.useRealTimers();
    }
  });

  test('for one part is not valid for another', async () => {
    const { uploadId } = await served.createUpload('signed/parts');
    for (const [name, value] of [
      ['partNumber', '2'],
      ['uploadId', 'another'],
    ] as const) {
      const url = new URL(await served.signPart('signed/parts', uploadId, 1, 60));
      url.searchParams.set(name, value);
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(403);
    }
    expect(await served.listParts('signed/parts', uploadId)).toEqual([]);
  });

  test('gets an empty response if it is rejected', async () => {
    const response = await fetch(`${baseUrl()}/objects/signed/object`);
    expect([response.status, await response.text()]).toEqual([403, '']);
  });

  test.each(['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'bytes=0-1,3-4', 'lines=0-1'])(
    'ignores the range %s',
    async (range) => {
      const response = await fetch(await served.signGet('signed/object', 60), { headers: { range } });
      expect([response.status, await response.text()]).toEqual([200, 'content']);
    },
  );

  test('stores nothing of a part whose upload breaks off', async () => {
    const { uploadId } = await served.createUpload('broken');
    const before = blobs('served').length;
    const url = await served.signPart('broken', uploadId, 1, 60);
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(100_000));
    await vi.waitUntil(() => blobs('served').length > before);
    upload.destroy();
    await vi.waitUntil(() => blobs('served').length === before);
    expect(await served.listParts('broken', uploadId)).toEqual([]);
  });
});

describe('the folder', () => {
  test('is accessible to its owner only', async () => {
    const objects = open('mode');
    await objects.put('a', body);
    expect(statSync(join(root, 'mode')).mode & 0o077).toBe(0);
    for (const name of blobs('mode'))
      expect(statSync(join(root, 'mode', 'blobs', name)).mode & 0o777).toBe(0o600);
  });

  test('keeps one file per object, however often it is put', async () => {
    const objects = open('replaced');
    for (let i = 0; i < 5; i++) await objects.put('a', body);
    await objects.put('b', body, { ifAbsent: true });
    await objects.put('b', body, { ifAbsent: true });
    expect(blobs('replaced')).toHaveLength(2);
    await objects.delete('a');
    await objects.delete('b');
    expect(blobs('replaced')).toEqual([]);
  });

  test('cannot be opened by a second process', () => {
    open('taken');
    expect(() => new FileObjects(join(root, 'taken'), { baseUrl, signingKey })).toThrow('locked');
  });

  test('is cleaned of the remains of a crash on opening, and of nothing else', async () => {
    const before = new FileObjects(join(root, 'swept'), { baseUrl, signingKey });
    await before.put('kept', body);
    before.close();
    writeFileSync(join(root, 'swept', 'blobs', 'left-over'), 'half');
    const after = open('swept');
    expect(blobs('swept')).toHaveLength(1);
    expect((await after.get('kept'))?.body).toEqual(body);
  });

  test('reports a file that was damaged from outside', async () => {
    const objects = open('damaged');
    await objects.put('cut', body);
    const [cut = ''] = blobs('damaged');
    writeFileSync(join(root, 'damaged', 'blobs', cut), 'cut');
    await expect(objects.get('cut')).rejects.toThrow(ObjectDamaged);
    rmSync(join(root, 'damaged', 'blobs', cut));
    await expect(objects.get('cut')).rejects.toThrow(ObjectDamaged);
  });

  test('drops uploads after a week', async () => {
    const objects = open('abandoned');
    const { uploadId } = await objects.createUpload('a');
    expect(await objects.sweep()).toBe(0);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 86_400_000 });
    try {
      expect(await objects.sweep()).toBe(1);
    } finally {
      vi.useRealTimers();
    }
    await expect(objects.listParts('a', uploadId)).rejects.toThrow();
  });
});

test('after kill -9, every acknowledged object exists, and all objects are complete', async () => {
  const folder = join(root, 'killed');
  const acknowledged: string[] = [];
  for (let round = 0; round < 5; round++) {
    acknowledged.push(...(await killedWriter('object-writer.ts', folder, `${round}`)));
    const objects = new FileObjects(folder, { baseUrl, signingKey });
    const found: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await objects.list({ prefix: '', limit: 1000, cursor });
      found.push(...page.objects.map(({ key }) => key));
      cursor = page.cursor;
    }
    expect(acknowledged.filter((key) => !found.includes(key))).toEqual([]);
    for (const key of found) expect((await objects.get(key))?.body).toEqual(Buffer.alloc(20_000, key));
    expect(readdirSync(join(folder, 'blobs'))).toHaveLength(found.length);
    objects.close();
  }
  expect(acknowledged.length).toBeGreaterThan(20);
});
