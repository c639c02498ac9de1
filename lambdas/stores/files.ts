import * as z from 'zod';
import type { Page, Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';

const StoredFile = z.object({
  createdAt: Time,
  /** Incremented by each change of the set of shares, so that no change of the file misses one. */
  shareRevision: z.int().min(0),
  /** Content key, wrapped to the owner. */
  wrappedCek: Bytes,
  /** Name, content type and size, sealed under the content key. */
  sealedMetadata: Bytes,
  /** Size of the sealed content, which is in the object store. */
  sealedSize: z.int().min(1),
  objectId: z.uuid(),
});

/** A file without its content. It never changes; only the set of its shares does. */
export type StoredFile = Readonly<z.output<typeof StoredFile>>;

export type FileEntry = { readonly fileId: string; readonly file: StoredFile };

const keyOf = (userId: string, fileId: string) => ({ pk: userId, sk: fileId });

/** @throws Tampered */
export async function getFile(table: Table, userId: string, fileId: string): Promise<StoredFile | undefined> {
  if (fileId === '') return undefined;
  return parseItem(StoredFile, await table.get('files', keyOf(userId, fileId)));
}

/**
 * Lists the files of a user by ID and therefore by age. Files that were tampered with are omitted, like those that
 * cannot be decrypted.
 */
export async function listFiles(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly files: readonly FileEntry[]; readonly cursor?: string }> {
  const { items, cursor }: Page = await table.query({ table: 'files', pk: userId, ...page });
  const files = items.flatMap((item) => {
    const { data } = StoredFile.safeParse(item);
    return data ? [{ fileId: item.sk, file: data }] : [];
  });
  return { files, ...(cursor && { cursor }) };
}

const unchanged = ({ shareRevision }: StoredFile) => [{ field: 'shareRevision', equals: shareRevision }];

export function addFile(userId: string, fileId: string, file: StoredFile): Write {
  return { table: 'files', put: { ...keyOf(userId, fileId), ...file }, if: ['absent'] };
}

/** Fails if a file with this ID exists. */
export function requireNoFile(userId: string, fileId: string): Write {
  return { table: 'files', check: keyOf(userId, fileId), if: ['absent'] };
}

/** Deletes a file. Fails if the set of its shares is no longer the `existing` one. */
export function deleteFile(userId: string, fileId: string, existing: StoredFile): Write {
  return { table: 'files', delete: keyOf(userId, fileId), if: unchanged(existing) };
}

/** Counts a new share of a file. Fails if the set of its shares is no longer the `existing` one. */
export function countFileShareAdded(userId: string, fileId: string, existing: StoredFile): Write {
  return {
    table: 'files',
    update: keyOf(userId, fileId),
    add: { shareRevision: 1 },
    if: unchanged(existing),
  };
}

/** Counts the end of a share, whatever else changes in the file. Fails if the stored count is not a number. */
export function countFileShareTaken(userId: string, fileId: string): Write {
  return {
    table: 'files',
    update: keyOf(userId, fileId),
    add: { shareRevision: 1 },
    if: [{ field: 'shareRevision', counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}
