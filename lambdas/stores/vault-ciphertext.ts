import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Tampered } from '../crypto/errors.ts';
import { ObjectDamaged, type Objects } from '../platform/objects.ts';
import type { Platform } from '../platform/platform.ts';
import type { Write } from '../platform/table.ts';
import { Bytes } from './stored.ts';

/** Fields of a record that say where its ciphertext is: in the record itself, or in the object store. */
export const ciphertextFields = { envelope: Bytes.nullable(), objectId: z.uuid().nullable() } as const;

export type CiphertextPlace = { readonly envelope: Uint8Array | null; readonly objectId: string | null };

/**
 * Beyond this a ciphertext goes to the object store. A table takes 400 KB, but bills each KiB of a transaction twice
 * and reads whole records to list their names: past some KiB an object is cheaper and less in the way.
 */
export const inTableBytes = 32 * 1024;

const folder = 'vault/';
const objectOf = (objectId: string) => `${folder}${objectId}`;
const keyOf = (objectId: string) => ({ pk: objectId, sk: 'object' });

/** Stores an object. Its write belongs into the transaction of the record that names it; without it, it is swept. */
export async function placeObject(
  objects: Objects,
  content: Uint8Array,
): Promise<{ readonly objectId: string; readonly write: Write }> {
  const objectId = randomUUID();
  await objects.put(objectOf(objectId), content);
  return { objectId, write: nameObject(objectId) };
}

/** Says that a record names the object, which the sweep leaves alone from then on. */
function nameObject(objectId: string): Write {
  return { table: 'vaultObjects', put: keyOf(objectId), if: ['absent'] };
}

/** What is in the object store is nobody's then; the sweep removes it. */
export function releaseObject(objectId: string): Write {
  return { table: 'vaultObjects', delete: keyOf(objectId) };
}

/** @throws Tampered where it is not there, or was damaged */
export async function readObject(objects: Objects, objectId: string): Promise<Uint8Array> {
  const object = await objects.get(objectOf(objectId)).catch(asMissing);
  if (!object) throw new Tampered();
  return object.body;
}

export type PlacedCiphertext = { readonly place: CiphertextPlace; readonly writes: readonly Write[] };

/**
 * Stores a ciphertext where it is large, and says where it is. Its writes belong into the transaction of the record
 * that names the place; an object without them is swept.
 */
export async function placeCiphertext(objects: Objects, ciphertext: Uint8Array): Promise<PlacedCiphertext> {
  if (ciphertext.length <= inTableBytes) {
    return { place: { envelope: ciphertext, objectId: null }, writes: [] };
  }
  const { objectId, write } = await placeObject(objects, ciphertext);
  return { place: { envelope: null, objectId }, writes: [write] };
}

/** @throws Tampered where it is in neither place */
export async function readCiphertext(
  objects: Objects,
  { envelope, objectId }: CiphertextPlace,
): Promise<Uint8Array> {
  if (envelope) return envelope;
  if (!objectId) throw new Tampered();
  return readObject(objects, objectId);
}

function asMissing(error: unknown): undefined {
  if (!(error instanceof ObjectDamaged)) throw error;
}

export function releaseCiphertext(place: CiphertextPlace | undefined): readonly Write[] {
  return place?.objectId ? [releaseObject(place.objectId)] : [];
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
    const page = await objects.list({ prefix: folder, limit: 500, ...(cursor && { cursor }) });
    for (const { key, modifiedAt } of page.objects) {
      if (modifiedAt.getTime() > now - settledMs) continue;
      if (await table.get('vaultObjects', keyOf(key.slice(folder.length)))) continue;
      await objects.delete(key);
      removed += 1;
    }
    cursor = page.cursor;
  } while (cursor);
  return removed;
}
