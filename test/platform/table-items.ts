import { randomUUID } from 'node:crypto';
import type { Key } from '../../platform/table.ts';

/** Times to live: long ago, and not soon. */
export const expired = 1_000_000_000;
export const future = 4_000_000_000;

/** The key of an item that no other test knows. */
export const fresh = (): Key => ({ pk: randomUUID(), sk: 'item' });

/** What a promise was rejected with; fails where it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === 'fulfilled') throw new Error('it was not rejected');
  return outcome.reason;
}
