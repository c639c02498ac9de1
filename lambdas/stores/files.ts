import * as z from 'zod';
import type { Page, Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';

const StoredFile = z.object({
  createdAt: Time,
  /** Counted up by each change of the set of shares, so that no change of the file overlooks one. */
  shareRevision: z.int().min(0),
  /** The key of the file, wrapped to its owner. */
  wrappedCek: Bytes,
  /** Name, content type and size, under the key. */
  sealedMetadata: Bytes,
  /** Of the sealed content, which lies in the object store. */
  sealedSize: z.int().min(1),
  objectId: z.uuid(),
});

/** A file, apart from its content. It never changes; only the set of its shares does. */
export type StoredFile = Readonly<z.output<typeof StoredFile>>;

export type FileEntry = { readonly fileId: string; readonly file: StoredFile };

const keyOf = (userId: string, fileId: string) => ({ pk: userId, sk: fileId });

/** @throws Tampered */
export async function getFile(table: Table, userId: string, fileId: string): Promise<StoredFile | undefined> {
  if (fileId === '') return undefined;
  return parseItem(StoredFile, await table.get('files', keyOf(userId, fileId)));
}

/** The files of a user, by id and so by age. Those that were altered are left out, as those that do not open are. */
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

/** Fails where there is a file of this id. */
export function requireNoFile(userId: string, fileId: string): Write {
  return { table: 'files', check: keyOf(userId, fileId), if: ['absent'] };
}

/** Deletes a file where the set of its shares is still the `known` one. */
export function deleteFile(userId: string, fileId: string, known: StoredFile): Write {
  return { table: 'files', delete: keyOf(userId, fileId), if: unchanged(known) };
}

/** Adds a share to a file where the set of its shares is still the `known` one. */
export function countFileShareAdded(userId: string, fileId: string, known: StoredFile): Write {
  return {
    table: 'files',
    update: keyOf(userId, fileId),
    add: { shareRevision: 1 },
    if: unchanged(known),
  };
}

/** Takes a share from a file, whatever else changes of it. It fails where what counts them is no number. */
export function countFileShareTaken(userId: string, fileId: string): Write {
  return {
    table: 'files',
    update: keyOf(userId, fileId),
    add: { shareRevision: 1 },
    if: [{ field: 'shareRevision', counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}
