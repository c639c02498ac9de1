import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { InvalidPart, ObjectNotFound, type Objects } from '../../platform/objects.ts';

const mebibyte = 1024 * 1024;

/** What an emulator of S3 may lack. */
export type ObjectGap = 'refuse small parts';

export function objectUploadSuite(objects: () => Objects, doesNot: readonly ObjectGap[]): void {
  const text = (value: string) => Buffer.from(value);
  const newKey = () => `test/${randomUUID()}`;
  const bodyOf = async (key: string) => {
    const found = await objects().get(key);
    return found && Buffer.from(found.body);
  };

  describe('uploads', () => {
    const putPart = async (key: string, uploadId: string, partNumber: number, body: Uint8Array) => {
      const url = await objects().signPart(key, uploadId, partNumber, 60);
      const response = await fetch(url, { method: 'PUT', body: Buffer.from(body) });
      expect(response.status).toBe(200);
      return { partNumber, etag: response.headers.get('etag') ?? '' };
    };

    test('join parts that arrive in any order, and are invisible until then', async () => {
      const key = newKey();
      const { uploadId } = await objects().createUpload(key);
      const bodies = [randomBytes(5 * mebibyte), randomBytes(5 * mebibyte + 1), randomBytes(10)] as const;
      const third = await putPart(key, uploadId, 9, bodies[2]);
      const second = await putPart(key, uploadId, 2, bodies[1]);
      await putPart(key, uploadId, 1, randomBytes(100));
      const first = await putPart(key, uploadId, 1, bodies[0]);
      expect(await objects().get(key)).toBeUndefined();

      const listed = await objects().listParts(key, uploadId);
      expect(listed.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes])).toEqual([
        [1, 5 * mebibyte],
        [2, 5 * mebibyte + 1],
        [9, 10],
      ]);
      expect(listed.map(({ etag }) => `"${etag}"`)).toEqual([first.etag, second.etag, third.etag]);

      await objects().completeUpload(key, uploadId, [first, second, third]);
      const whole = Buffer.concat(bodies);
      expect((await bodyOf(key))?.equals(whole)).toBe(true);
      const border = 5 * mebibyte;
      const across = await objects().get(key, { start: border - 2, end: 2 * border + 3 });
      expect(across?.sizeBytes).toBe(whole.length);
      expect(whole.subarray(border - 2, 2 * border + 4).equals(across?.body as Uint8Array)).toBe(true);
      await expect(objects().listParts(key, uploadId)).rejects.toThrow(ObjectNotFound);
    });

    test('replace an existing object, and leave out parts that are not listed', async () => {
      const key = newKey();
      await objects().put(key, text('before'));
      const { uploadId } = await objects().createUpload(key);
      const named = await putPart(key, uploadId, 1, text('after'));
      await putPart(key, uploadId, 2, text('unused'));
      await objects().completeUpload(key, uploadId, [{ ...named, etag: named.etag.replaceAll('"', '') }]);
      expect(await bodyOf(key)).toEqual(text('after'));
    });

    test('reject missing, changed or unordered parts, and an empty list', async () => {
      const key = newKey();
      const { uploadId } = await objects().createUpload(key);
      const [one, two] = [
        await putPart(key, uploadId, 1, text('a')),
        await putPart(key, uploadId, 2, text('b')),
      ];
      for (const parts of [
        [{ partNumber: 3, etag: one.etag }],
        [{ partNumber: 1, etag: two.etag }],
        [two, one],
        [one, one],
        [],
      ]) {
        await expect(objects().completeUpload(key, uploadId, parts)).rejects.toThrow(InvalidPart);
      }
      expect(await objects().get(key)).toBeUndefined();
      await objects().completeUpload(key, uploadId, [one]);
    });

    test.skipIf(doesNot.includes('refuse small parts'))(
      'reject a part under 5 MiB before the last',
      async () => {
        const key = newKey();
        const { uploadId } = await objects().createUpload(key);
        const parts = [
          await putPart(key, uploadId, 1, text('a')),
          await putPart(key, uploadId, 2, text('b')),
        ];
        await expect(objects().completeUpload(key, uploadId, parts)).rejects.toThrow(InvalidPart);
        expect(await objects().get(key)).toBeUndefined();
      },
    );

    test('do not exist after they were aborted, or under another key', async () => {
      const key = newKey();
      const { uploadId } = await objects().createUpload(key);
      const part = await putPart(key, uploadId, 1, text('a'));
      await expect(objects().completeUpload(newKey(), uploadId, [part])).rejects.toThrow(ObjectNotFound);
      await objects().abortUpload(key, uploadId);
      await expect(objects().completeUpload(key, uploadId, [part])).rejects.toThrow(ObjectNotFound);
      await expect(objects().listParts(key, uploadId)).rejects.toThrow(ObjectNotFound);
      await expect(objects().abortUpload(key, uploadId)).rejects.toThrow(ObjectNotFound);
      const response = await fetch(await objects().signPart(key, uploadId, 1, 60), {
        method: 'PUT',
        body: 'late',
      });
      expect(response.status).toBe(404);
      expect(await objects().get(key)).toBeUndefined();
    });

    test.each([0, -1, 1.5, 10_001])('reject the part number %s', async (partNumber) => {
      await expect(objects().signPart(newKey(), 'id', partNumber, 60)).rejects.toThrow(TypeError);
    });
  });
}
