import type { Page, Table, Write } from '../../platform/table.ts';

/** An encrypted program without its payload. */
export type ZkCode = {
  readonly name: string;
  readonly language: 'python';
  readonly description: string;
  readonly sizeBytes: number;
  /** Digest of the payload in hexadecimal. It is stored separately, so that neither can be changed unnoticed. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
};

/** A stored payload, with the version of the program that it belongs to. */
export type StoredPayload = {
  readonly version: number;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
};

const keyOf = (userId: string, name: string) => ({ pk: userId, sk: name });

export async function getCode(table: Table, userId: string, name: string): Promise<ZkCode | undefined> {
  return (await table.get('zkCode', keyOf(userId, name))) as ZkCode | undefined;
}

export async function getPayload(
  table: Table,
  userId: string,
  name: string,
): Promise<StoredPayload | undefined> {
  return (await table.get('zkPayloads', keyOf(userId, name))) as StoredPayload | undefined;
}

export async function listCode(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly ZkCode[]; readonly cursor?: string }> {
  const { items, cursor }: Page = await table.query({ table: 'zkCode', pk: userId, ...page });
  return { items: items as unknown as readonly ZkCode[], cursor };
}

/** Writes a program and its payload. Fails if the program that they replace is no longer the `existing` one. */
export function putCode(
  userId: string,
  code: ZkCode,
  payload: StoredPayload,
  existing: ZkCode | undefined,
): readonly Write[] {
  return [
    {
      table: 'zkCode',
      put: { ...keyOf(userId, code.name), ...code },
      if: existing ? [{ field: 'version', equals: existing.version }] : ['absent'],
    },
    { table: 'zkPayloads', put: { ...keyOf(userId, code.name), ...payload } },
  ];
}

/** Returns two writes. The first one fails if the program does not exist. */
export function deleteCode(userId: string, name: string): readonly [Write, Write] {
  return [
    { table: 'zkCode', delete: keyOf(userId, name), if: ['present'] },
    { table: 'zkPayloads', delete: keyOf(userId, name) },
  ];
}
