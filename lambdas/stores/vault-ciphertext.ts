import * as z from 'zod';
import { Tampered } from '../../crypto/errors.ts';
import type { Objects } from '../../platform/objects.ts';
import type { Write } from '../../platform/table.ts';
import { inTableBytes } from './in-table.ts';
import { Bytes } from './stored.ts';
import { deleteObject, readObject, storeObject } from './vault-objects.ts';

/** Fields of a record that say where its ciphertext is: in the record itself, or in the object store. */
export const ciphertextFields = { envelope: Bytes.nullable(), objectId: z.uuid().nullable() } as const;

export type CiphertextPlace = { readonly envelope: Uint8Array | null; readonly objectId: string | null };

export type PlacedCiphertext = { readonly place: CiphertextPlace; readonly writes: readonly Write[] };

/**
 * Stores a ciphertext where it is large, and says where it is. Its writes belong into the transaction of the record
 * that names the place; an object without them is swept.
 */
export async function storeCiphertext(objects: Objects, ciphertext: Uint8Array): Promise<PlacedCiphertext> {
  if (ciphertext.length <= inTableBytes) {
    return { place: { envelope: ciphertext, objectId: null }, writes: [] };
  }
  const { objectId, write } = await storeObject(objects, ciphertext);
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

export function deleteCiphertext(place: CiphertextPlace | undefined): readonly Write[] {
  return place?.objectId ? [deleteObject(place.objectId)] : [];
}
