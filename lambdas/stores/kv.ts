import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';
import { ciphertextFields } from './vault-ciphertext.ts';

const StoredValue = z.object({
  /** Counted up by each write of the value, which is bound to it. */
  version: z.int().min(1),
  /** Counted up by each change of the set of shares, so that no change of the value overlooks one. */
  shareRevision: z.int().min(0),
  createdAt: Time,
  updatedAt: Time,
  /** The key of the value, wrapped to its owner. */
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

/** Writes a value where the one that it replaces, if any, and the set of its shares are still the `known` ones. */
export function putValue(
  userId: string,
  key: string,
  value: StoredValue,
  known: StoredValue | undefined,
): Write {
  return {
    table: 'kv',
    put: { ...keyOf(userId, key), ...value },
    if: known ? unchanged(known) : ['absent'],
  };
}

/** Deletes a value where it, and the set of its shares, are still the `known` ones. */
export function deleteValue(userId: string, key: string, known: StoredValue): Write {
  return { table: 'kv', delete: keyOf(userId, key), if: unchanged(known) };
}

/** Adds a share to a value where it, and the set of its shares, are still the `known` ones. */
export function countShareAdded(userId: string, key: string, known: StoredValue): Write {
  return { table: 'kv', update: keyOf(userId, key), add: { shareRevision: 1 }, if: unchanged(known) };
}

/** Takes a share from a value, whatever else changes of it. It fails where what counts them is no number. */
export function countShareTaken(userId: string, key: string): Write {
  return {
    table: 'kv',
    update: keyOf(userId, key),
    add: { shareRevision: 1 },
    if: [{ field: 'shareRevision', counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}
