import { createHash } from 'node:crypto';
import { inRange, sortKeyRange } from './sort-key-range.ts';
import { InvalidCursor, type Key, type Query } from './table.ts';
import { checkKey } from './table-rules.ts';

/**
 * Returns a cursor that names the last item of a page: base64url of `[fingerprint of the query's partition and order,
 * pk, sk]`. A cursor grants no access: a forged one cannot move a query out of its partition and range.
 */
export function encodeCursor(query: Query, { pk, sk }: Key): string {
  return Buffer.from(JSON.stringify([fingerprint(query), pk, sk])).toString('base64url');
}

/** @throws InvalidCursor unless `encodeCursor` created the cursor for the same partition, order and range */
export function decodeCursor(query: Query): Key | undefined {
  if (query.cursor === undefined) return undefined;
  const parts = parse(query.cursor);
  const [mark, pk, sk] = Array.isArray(parts) && parts.length === 3 ? parts : [];
  const range = sortKeyRange(query);
  if (mark !== fingerprint(query) || typeof pk !== 'string' || typeof sk !== 'string' || !range) {
    throw new InvalidCursor('the cursor belongs to another query');
  }
  if (!isKey({ pk, sk }) || (query.index === undefined && pk !== query.pk) || !inRange(sk, range)) {
    throw new InvalidCursor('the cursor belongs to another query');
  }
  return { pk, sk };
}

function isKey(key: Key): boolean {
  try {
    checkKey(key);
    return true;
  } catch {
    return false;
  }
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function fingerprint({ table, index, pk, descending }: Query): string {
  const partition = JSON.stringify([table, index ?? null, pk, descending ?? false]);
  return createHash('sha256').update(partition).digest('base64url').slice(0, 11);
}
