import type { Table, Write } from '../../platform/table.ts';

export type Secret = {
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  readonly lastUsedAt: string | null;
  /** The value sealed under its data key, and that key wrapped by the key store. */
  readonly sealedValue: Uint8Array;
  readonly wrappedKey: Uint8Array;
};

const keyOf = (userId: string, name: string) => ({ pk: userId, sk: name });

export async function getSecret(table: Table, userId: string, name: string): Promise<Secret | undefined> {
  return (await table.get('secrets', keyOf(userId, name))) as Secret | undefined;
}

export async function listSecrets(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly Secret[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({ table: 'secrets', pk: userId, ...page });
  return { items: items as unknown as readonly Secret[], cursor };
}

/** Writes a secret. Fails if the secret that it replaces is no longer the `existing` one. */
export function putSecret(userId: string, secret: Secret, existing: Secret | undefined): Write {
  return {
    table: 'secrets',
    put: { ...keyOf(userId, secret.name), ...secret },
    if: existing ? [{ field: 'version', equals: existing.version }] : ['absent'],
  };
}

export function deleteSecret(userId: string, name: string): Write {
  return { table: 'secrets', delete: keyOf(userId, name), if: ['present'] };
}

/** Records that a program received the value. */
export function markUsed(userId: string, name: string, now: Date): Write {
  return { table: 'secrets', update: keyOf(userId, name), set: { lastUsedAt: now.toISOString() } };
}
