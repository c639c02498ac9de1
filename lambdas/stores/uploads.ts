import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';

const StoredUpload = z.object({
  createdAt: Time,
  expiresAt: Time,
  /** Content key, wrapped to the owner. */
  wrappedCek: Bytes,
  sealedMetadata: Bytes,
  /** First bytes of the sealed file. A client that has lost them needs them to continue under the same key. */
  fileHeader: Bytes,
  sealedSize: z.int().min(1),
  objectId: z.uuid(),
  /** The object store's ID of the upload. */
  uploadId: z.string().min(1),
});

/** A file whose content is being uploaded in parts. */
export type StoredUpload = Readonly<z.output<typeof StoredUpload>>;

export type UploadEntry = { readonly fileId: string; readonly upload: StoredUpload };

const partitionOf = (userId: string) => `uploads#${userId}`;
const keyOf = (userId: string, fileId: string) => ({ pk: partitionOf(userId), sk: fileId });

/** @throws Tampered */
export async function getUpload(
  table: Table,
  userId: string,
  fileId: string,
): Promise<StoredUpload | undefined> {
  if (fileId === '') return undefined;
  return parseItem(StoredUpload, await table.get('files', keyOf(userId, fileId)));
}

/** Lists the open uploads of a user. Uploads that were tampered with are omitted. */
export async function listUploads(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly uploads: readonly UploadEntry[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({ table: 'files', pk: partitionOf(userId), ...page });
  const uploads = items.flatMap((item) => {
    const { data } = StoredUpload.safeParse(item);
    return data ? [{ fileId: item.sk, upload: data }] : [];
  });
  return { uploads, ...(cursor && { cursor }) };
}

export function addUpload(userId: string, fileId: string, upload: StoredUpload): Write {
  const ttl = Math.ceil(Date.parse(upload.expiresAt) / 1000);
  return { table: 'files', put: { ...keyOf(userId, fileId), ...upload, ttl }, if: ['absent'] };
}

/** Ends an upload. Of several concurrent attempts one succeeds. Fails if the upload has expired. */
export function endUpload(userId: string, fileId: string): Write {
  return { table: 'files', delete: keyOf(userId, fileId), if: ['present'] };
}
