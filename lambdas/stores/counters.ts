import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import type { RateLimit } from '../../platform/settings.ts';
import type { Table } from '../../platform/table.ts';

export type Allowance = {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends and counting starts again. */
  readonly resetSeconds: number;
  readonly allowed: boolean;
};

/**
 * Counts one request in a fixed window, in one atomic step that all instances share. A refused request is not
 * counted.
 *
 * @param bucket what is limited, such as `api` or `auth`
 * @param identity whose requests are counted; only its hash is stored
 */
export async function countRequest(
  table: Table,
  bucket: string,
  identity: string,
  { count, seconds }: RateLimit,
  now: Date,
): Promise<Allowance> {
  const { key, windowEnd, resetSeconds } = windowOf(bucket, identity, { count, seconds }, now);
  const used = await table.increment({
    table: 'counters',
    key,
    field: 'calls',
    below: count,
    ttl: windowEnd,
  });
  return { limit: count, remaining: count - (used ?? count), resetSeconds, allowed: used !== undefined };
}

/** Undoes the count of a request in the window of the same `now`. */
export async function uncountRequest(
  table: Table,
  bucket: string,
  identity: string,
  limit: RateLimit,
  now: Date,
): Promise<void> {
  const { key, windowEnd } = windowOf(bucket, identity, limit, now);
  await table.increment({ table: 'counters', key, field: 'calls', by: -1, ttl: windowEnd });
}

/** Returns the current allowance without counting. */
export async function currentAllowance(
  table: Table,
  bucket: string,
  identity: string,
  limit: RateLimit,
  now: Date,
): Promise<Allowance> {
  const { key, resetSeconds } = windowOf(bucket, identity, limit, now);
  const used = Number((await table.get('counters', key))?.calls ?? 0);
  return { limit: limit.count, remaining: limit.count - used, resetSeconds, allowed: used < limit.count };
}

function windowOf(bucket: string, identity: string, { count, seconds }: RateLimit, now: Date) {
  const epoch = Math.floor(now.getTime() / 1000);
  const windowEnd = (Math.floor(epoch / seconds) + 1) * seconds;
  const hash = sha256Base64Url(identity);
  const key = { pk: `limit#${bucket}#${hash}`, sk: `${count}/${seconds}#${windowEnd}` };
  return { key, windowEnd, resetSeconds: windowEnd - epoch };
}

/** Returns the next number of the audit log. Numbers of requests that are refused later stay unused. */
export async function nextAuditSequence(table: Table): Promise<number> {
  const next = await table.increment({
    table: 'counters',
    key: { pk: 'audit', sk: 'sequence' },
    field: 'value',
  });
  return next as number;
}
