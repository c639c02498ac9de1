import { randomUUID } from 'node:crypto';
import { vaultPrefix } from '../../contract/resources.ts';
import { Tampered } from '../../crypto/errors.ts';
import { type ByteRange, ObjectDamaged, type Objects, type StoredObject } from '../../platform/objects.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Write } from '../../platform/table.ts';

const recordOf = (objectId: string) => ({ pk: objectId, sk: 'object' });

/** Where the object store has it. */
export function objectKey(objectId: string): string {
  return `${vaultPrefix}${objectId}`;
}

/** Stores an object. Its write belongs into the transaction of the record that names it; without it, it is swept. */
export async function storeObject(
  objects: Objects,
  content: Uint8Array,
): Promise<{ readonly objectId: string; readonly write: Write }> {
  const objectId = randomUUID();
  await objects.put(objectKey(objectId), content);
  return { objectId, write: { table: 'vaultObjects', put: recordOf(objectId), if: ['absent'] } };
}

/** What is in the object store is nobody's then; the sweep removes it. */
export function deleteObject(objectId: string): Write {
  return { table: 'vaultObjects', delete: recordOf(objectId) };
}

/**
 * Keeps the sweep from an object that is still to come: it counts as old from its first byte, and is named by a
 * record only after its last.
 *
 * @param until when it is given up
 */
export function expectObject(objectId: string, until: Date): Write {
  const ttl = Math.ceil(until.getTime() / 1000);
  return { table: 'vaultObjects', put: { ...recordOf(objectId), ttl }, if: ['absent'] };
}

/** An object that was expected is there, and a record names it. */
export function keepObject(objectId: string): Write {
  return { table: 'vaultObjects', put: recordOf(objectId), if: ['present'] };
}

/** @throws Tampered where it was damaged */
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

/** @throws Tampered where it is not there, or was damaged */
export async function readObject(objects: Objects, objectId: string): Promise<Uint8Array> {
  const object = await findObject(objects, objectId);
  if (!object) throw new Tampered();
  return object.body;
}

/** No call that stores an object takes longer until the table names it. */
const settledMs = 60 * 60_000;

/** Removes the objects that no record names, or names any more. Answers how many. To be called every hour or so. */
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
