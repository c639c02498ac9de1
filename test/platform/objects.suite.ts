import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { InvalidObjectKey, type Objects } from '../../platform/objects.ts';
import { InvalidCursor } from '../../platform/table.ts';
import { type ObjectGap, objectUploadSuite } from './object-upload.suite.ts';

const mebibyte = 1024 * 1024;

/** Checks that a store fulfils the contract of `Objects`. */
export function objectsSuite(
  name: string,
  make: () => Promise<Objects>,
  doesNot: readonly ObjectGap[] = [],
): void {
  describe(`objects: ${name}`, () => {
    let objects: Objects;
    beforeAll(async () => {
      objects = await make();
    });

    const text = (value: string) => Buffer.from(value);
    const newKey = () => `test/${randomUUID()}`;
    const bodyOf = async (key: string) => {
      const found = await objects.get(key);
      return found && Buffer.from(found.body);
    };

    test('responds to a ping', async () => {
      await expect(objects.ping()).resolves.toBeUndefined();
    });

    test.each([0, 1, 1000, 3 * mebibyte])('returns %i bytes unchanged', async (size) => {
      const [key, body] = [newKey(), randomBytes(size)];
      expect(await objects.put(key, body)).toBe(true);
      const found = await objects.get(key);
      expect(found?.sizeBytes).toBe(size);
      expect(Buffer.from(found?.body ?? []).equals(body)).toBe(true);
      expect(found?.etag).toMatch(/^[0-9a-f]+$/);
    });

    test('changes the etag with the content', async () => {
      const key = newKey();
      await objects.put(key, text('one'));
      const before = await objects.get(key);
      await objects.put(key, text('two'));
      const after = await objects.get(key);
      expect(after?.etag).not.toBe(before?.etag);
      expect(Buffer.from(after?.body ?? [])).toEqual(text('two'));
    });

    test('returns undefined for a missing object, and deletes it without an error', async () => {
      const key = newKey();
      expect(await objects.get(key)).toBeUndefined();
      expect(await objects.get(key, { start: 0, end: 5 })).toBeUndefined();
      await objects.delete(key);
      await objects.put(key, text('x'));
      await objects.delete(key);
      expect(await objects.get(key)).toBeUndefined();
    });

    test('never replaces an object with ifAbsent', async () => {
      const key = newKey();
      expect(await objects.put(key, text('first'), { ifAbsent: true })).toBe(true);
      expect(await objects.put(key, text('second'), { ifAbsent: true })).toBe(false);
      expect(await bodyOf(key)).toEqual(text('first'));
    });

    test('lets one of ten concurrent writers with ifAbsent win', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 10 }, (_, i) => text(`writer ${i}`));
      const wins = await Promise.all(bodies.map((body) => objects.put(key, body, { ifAbsent: true })));
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(await bodyOf(key)).toEqual(bodies[wins.indexOf(true)]);
    });

    test('returns one version whole during concurrent writes', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(300_000, i));
      await objects.put(key, bodies[0] as Buffer);
      const [, reads] = await Promise.all([
        Promise.all(bodies.map((body) => objects.put(key, body))),
        Promise.all(bodies.map(() => objects.get(key))),
      ]);
      for (const found of reads) {
        expect(bodies.some((body) => body.equals(found?.body as Uint8Array))).toBe(true);
      }
    });

    test.each([
      [{ start: 0 }, '0123456789'],
      [{ start: 0, end: 0 }, '0'],
      [{ start: 3, end: 5 }, '345'],
      [{ start: 7 }, '789'],
      [{ start: 9, end: 9 }, '9'],
      [{ start: 8, end: 99 }, '89'],
      [{ start: 10 }, ''],
      [{ start: 50, end: 60 }, ''],
    ])('returns the range %j', async (range, expected) => {
      const key = newKey();
      await objects.put(key, text('0123456789'));
      const found = await objects.get(key, range);
      expect(Buffer.from(found?.body ?? []).toString()).toBe(expected);
      expect(found?.sizeBytes).toBe(10);
    });

    test.each([{ start: -1 }, { start: 2, end: 1 }, { start: 0.5 }])(
      'rejects the range %j',
      async (range) => {
        await expect(objects.get(newKey(), range)).rejects.toThrow(TypeError);
      },
    );

    test.each(['A', 'a/b', '.hidden/..x/x..', 'a'.repeat(1024), `${'a'.repeat(300)}/b`])(
      'accepts the key %s',
      async (end) => {
        const key = end.length > 900 ? end : `${newKey()}/${end}`;
        await objects.put(key, text(key));
        expect(await bodyOf(key)).toEqual(text(key));
        await objects.delete(key);
      },
    );

    test('distinguishes keys that differ in case, or that are a folder of another', async () => {
      const base = newKey();
      const keys = [`${base}/Ab`, `${base}/ab`, `${base}/ab/c`, base];
      for (const key of keys) await objects.put(key, text(key));
      for (const key of keys) expect(await bodyOf(key)).toEqual(text(key));
    });

    test.each([
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      'a/../b',
      'a/./b',
      'a b',
      'ä',
      'a\\b',
      'a\n',
      '%2e',
      'a'.repeat(1025),
    ])('rejects the key %j in every operation', async (key) => {
      for (const call of [
        () => objects.put(key, text('')),
        () => objects.get(key),
        () => objects.delete(key),
        () => objects.createUpload(key),
        () => objects.signPart(key, 'id', 1, 60),
        () => objects.signGet(key, 60),
      ]) {
        await expect(call()).rejects.toThrow(InvalidObjectKey);
      }
    });

    describe('lists', () => {
      const base = newKey();
      const keys = ['A', 'a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'b', 'z_z'].map((key) => `${base}/${key}`);
      beforeAll(async () => {
        for (const key of keys.toReversed()) await objects.put(key, text(key));
      });

      async function pages(prefix: string, limit: number): Promise<string[][]> {
        const found: string[][] = [];
        let cursor: string | undefined;
        do {
          const page = await objects.list({ prefix, limit, cursor });
          found.push(page.objects.map(({ key }) => key));
          cursor = page.cursor;
        } while (cursor);
        return found;
      }

      test('are sorted by bytes, with sizes and times', async () => {
        const { objects: found, cursor } = await objects.list({ prefix: `${base}/`, limit: 100 });
        expect(found.map(({ key }) => key)).toEqual(keys);
        expect(cursor).toBeUndefined();
        expect(found[0]?.sizeBytes).toBe(keys[0]?.length);
        expect(Math.abs(Date.now() - (found[0]?.modifiedAt.getTime() ?? 0))).toBeLessThan(600_000);
      });

      test('contain the keys that start with the prefix', async () => {
        expect((await pages(`${base}/a/`, 100)).flat()).toEqual(keys.slice(4, 6));
        expect((await pages(`${base}/a`, 100)).flat()).toEqual(keys.slice(1, 7));
        expect((await pages(`${base}/none`, 100)).flat()).toEqual([]);
      });

      test.each([1, 4, 9])('have pages of %i', async (limit) => {
        const found = await pages(`${base}/`, limit);
        expect(found.flat()).toEqual(keys);
        expect(found).toHaveLength(Math.ceil(keys.length / limit));
      });

      test('reject a foreign cursor, an invalid limit and an invalid prefix', async () => {
        const { cursor } = await objects.list({ prefix: `${base}/`, limit: 1 });
        await expect(objects.list({ prefix: 'other/', limit: 1, cursor })).rejects.toThrow(InvalidCursor);
        await expect(objects.list({ prefix: base, limit: 1, cursor: '' })).rejects.toThrow(InvalidCursor);
        await expect(objects.list({ prefix: base, limit: 0 })).rejects.toThrow(TypeError);
        await expect(objects.list({ prefix: base, limit: 1001 })).rejects.toThrow(TypeError);
        await expect(objects.list({ prefix: 'ä', limit: 1 })).rejects.toThrow(InvalidObjectKey);
      });
    });

    objectUploadSuite(() => objects, doesNot);

    describe('signed URLs', () => {
      test('return the object, or a range of it', async () => {
        const key = newKey();
        await objects.put(key, text('0123456789'));
        const url = await objects.signGet(key, 60);
        const whole = await fetch(url);
        expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
        expect(whole.headers.get('content-length')).toBe('10');
        for (const [range, expected, contentRange] of [
          ['bytes=2-4', '234', 'bytes 2-4/10'],
          ['bytes=7-', '789', 'bytes 7-9/10'],
          ['bytes=-3', '789', 'bytes 7-9/10'],
          ['bytes=8-99', '89', 'bytes 8-9/10'],
        ] as const) {
          const part = await fetch(url, { headers: { range } });
          expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
            206,
            expected,
            contentRange,
          ]);
        }
        expect((await fetch(url, { headers: { range: 'bytes=10-' } })).status).toBe(416);
      });

      test('return 404 for a missing object', async () => {
        expect((await fetch(await objects.signGet(newKey(), 60))).status).toBe(404);
      });
    });
  });
}
