import type { Table, Write } from '../../platform/table.ts';

/** An issued challenge as JSON, and the key that signs this challenge alone. */
export type StoredChallenge = { readonly challenge: string; readonly key: string };

const keyOf = (nonce: string) => ({ pk: nonce, sk: 'challenge' });

export async function getChallenge(table: Table, nonce: string): Promise<StoredChallenge | undefined> {
  return (await table.get('challenges', keyOf(nonce))) as StoredChallenge | undefined;
}

export function addChallenge(nonce: string, stored: StoredChallenge, ttl: number): Write {
  return { table: 'challenges', put: { ...keyOf(nonce), ...stored, ttl }, if: ['absent'] };
}

/** Fails if the challenge has been spent. */
export function deleteChallenge(nonce: string): Write {
  return { table: 'challenges', delete: keyOf(nonce), if: ['present'] };
}
