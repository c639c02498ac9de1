import { createHash } from 'node:crypto';
import type { Table } from '../platform/table.ts';
import type { RateLimit } from '../shared/env.ts';

export type Allowance = {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends and the count starts anew. */
  readonly resetSeconds: number;
  readonly allowed: boolean;
};

/**
 * Counts one call in a fixed window, in one atomic step that all instances share. A refused call is not
 * counted.
 *
 * @param bucket what is limited, such as `api` or `auth`
 * @param identity whose calls are counted; only its hash is stored
 */
export async function countCall(
  table: Table,
  bucket: string,
  identity: string,
  { count, seconds }: RateLimit,
  now: Date,
): Promise<Allowance> {
  const epoch = Math.floor(now.getTime() / 1000);
  const windowEnd = (Math.floor(epoch / seconds) + 1) * seconds;
  const hash = createHash('sha256').update(identity).digest('base64url');
  const used = await table.increment({
    table: 'counters',
    key: { pk: `limit#${bucket}#${hash}`, sk: `${count}/${seconds}#${windowEnd}` },
    field: 'calls',
    below: count,
    ttl: windowEnd,
  });
  return {
    limit: count,
    remaining: count - (used ?? count),
    resetSeconds: windowEnd - epoch,
    allowed: used !== undefined,
  };
}

/** The next number of the audit log. Numbers of calls that are refused afterwards stay unused. */
export async function nextAuditSequence(table: Table): Promise<number> {
  const next = await table.increment({
    table: 'counters',
    key: { pk: 'audit', sk: 'sequence' },
    field: 'value',
  });
  return next as number;
}
