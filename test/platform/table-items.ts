import { randomUUID } from 'node:crypto';
import type { Key } from '../../platform/table.ts';

/** Times to live in the distant past and future. */
export const expired = 1_000_000_000;
export const future = 4_000_000_000;

/** Returns a key that no other test uses. */
export const fresh = (): Key => ({ pk: randomUUID(), sk: 'item' });

/** Returns the reason of a rejection. Throws if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === 'fulfilled') throw new Error('the promise was not rejected');
  return outcome.reason;
}
