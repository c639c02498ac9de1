import { vaultPrefix } from '../../contract/resources.ts';
import { Tampered } from '../../crypto/errors.ts';
import { type ByteRange, ObjectDamaged, type Objects, type StoredObject } from '../../platform/objects.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Write } from '../../platform/table.ts';

const recordOf = (objectId: string) => ({ pk: objectId, sk: 'object' });

/** Returns the key of an object in the object store. */
export function objectKey(objectId: string): string {
  return `${vaultPrefix}${objectId}`;
}

/** Stores an object. Commit its write with the record that names the object; without it, the object is swept. */
export async function storeObject(
  objects: Objects,
  content: Uint8Array,
): Promise<{ readonly objectId: string; readonly write: Write }> {
  const objectId = globalThis.crypto.randomUUID();
  await objects.put(objectKey(objectId), content);
  return { objectId, write: { table: 'vaultObjects', put: recordOf(objectId), if: ['absent'] } };
}

/** Gives up an object: no record names it from then on, and the sweep deletes it. */
export function deleteObject(objectId: string): Write {
  return { table: 'vaultObjects', delete: recordOf(objectId) };
}

/**
 * Protects an object that is still being uploaded from the sweep: its age counts from its first byte, and a record
 * names it only after its last.
 *
 * @param until when the upload expires
 */
export function expectObject(objectId: string, until: Date): Write {
  const ttl = Math.ceil(until.getTime() / 1000);
  return { table: 'vaultObjects', put: { ...recordOf(objectId), ttl }, if: ['absent'] };
}

/** Marks an announced object as present and named by a record. */
export function keepObject(objectId: string): Write {
  return { table: 'vaultObjects', put: recordOf(objectId), if: ['present'] };
}

/** @throws Tampered if it is damaged */
export async function findObject(
  objects: Objects,
  objectId: string,
  range?: ByteRange,
): Promise<StoredObject | undefined> {
  try {
    return await objects.get(objectKey(objectId), range);
  } catch (error) {
    if (error instanceof ObjectDamaged) throw new Tampered();
    throw error;
  }
}

/** @throws Tampered if it is missing or damaged */
export async function readObject(objects: Objects, objectId: string): Promise<Uint8Array> {
  const object = await findObject(objects, objectId);
  if (!object) throw new Tampered();
  return object.body;
}

/** The longest time between storing an object and committing the record that names it. */
const settledMs = 60 * 60_000;

/** Deletes objects that no record names. Call it about once an hour. @returns how many objects were deleted */
export async function sweepVaultObjects(
  { table, objects }: Pick<Platform, 'table' | 'objects'>,
  now = Date.now(),
): Promise<number> {
  let removed = 0;
  let cursor: string | undefined;
  do {
    const page = await objects.list({ prefix: vaultPrefix, limit: 500, ...(cursor && { cursor }) });
    for (const { key, modifiedAt } of page.objects) {
      if (modifiedAt.getTime() > now - settledMs) continue;
      if (await table.get('vaultObjects', recordOf(key.slice(vaultPrefix.length)))) continue;
      await objects.delete(key);
      removed += 1;
    }
    cursor = page.cursor;
  } while (cursor);
  return removed;
}
