import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';
import { ciphertextFields } from './vault-ciphertext.ts';

const StoredValue = z.object({
  /** Incremented by each write of the value, which is sealed for its version. */
  version: z.int().min(1),
  /** Incremented by each change of the set of shares, so that no change of the value misses one. */
  shareRevision: z.int().min(0),
  createdAt: Time,
  updatedAt: Time,
  /** Content key, wrapped to the owner. */
  wrappedCek: Bytes,
  ...ciphertextFields,
});

export type StoredValue = Readonly<z.output<typeof StoredValue>>;

const keyOf = (userId: string, key: string) => ({ pk: userId, sk: key });

/** @throws Tampered */
export async function getValue(table: Table, userId: string, key: string): Promise<StoredValue | undefined> {
  return parseItem(StoredValue, await table.get('kv', keyOf(userId, key)));
}

export async function listValueNames(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly names: readonly string[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({ table: 'kv', pk: userId, ...page });
  return { names: items.map(({ sk }) => sk), ...(cursor && { cursor }) };
}

const unchanged = ({ version, shareRevision }: StoredValue) => [
  { field: 'version', equals: version },
  { field: 'shareRevision', equals: shareRevision },
];

/** Writes a value. Fails if the value that it replaces, or the set of its shares, is no longer the `existing` one. */
export function putValue(
  userId: string,
  key: string,
  value: StoredValue,
  existing: StoredValue | undefined,
): Write {
  return {
    table: 'kv',
    put: { ...keyOf(userId, key), ...value },
    if: existing ? unchanged(existing) : ['absent'],
  };
}

/** Deletes a value. Fails if it, or the set of its shares, is no longer the `existing` one. */
export function deleteValue(userId: string, key: string, existing: StoredValue): Write {
  return { table: 'kv', delete: keyOf(userId, key), if: unchanged(existing) };
}

/** Counts a new share of a value. Fails if it, or the set of its shares, is no longer the `existing` one. */
export function countShareAdded(userId: string, key: string, existing: StoredValue): Write {
  return { table: 'kv', update: keyOf(userId, key), add: { shareRevision: 1 }, if: unchanged(existing) };
}

/** Counts the end of a share, whatever else changes in the value. Fails if the stored count is not a number. */
export function countShareTaken(userId: string, key: string): Write {
  return {
    table: 'kv',
    update: keyOf(userId, key),
    add: { shareRevision: 1 },
    if: [{ field: 'shareRevision', counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}
