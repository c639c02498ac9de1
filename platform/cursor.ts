import { createHash } from 'node:crypto';
import { inRange, sortKeyRange } from './sort-key-range.ts';
import { InvalidCursor, type Key, type Query } from './table.ts';
import { checkKey } from './table-rules.ts';

/**
 * A cursor names the last item of a page: base64url of `[fingerprint of the query's partition and order, pk, sk]`.
 * It gives no right: whatever a caller makes of it, a query stays in its own partition and range.
 */
export function encodeCursor(query: Query, { pk, sk }: Key): string {
  return Buffer.from(JSON.stringify([fingerprint(query), pk, sk])).toString('base64url');
}

/** @throws InvalidCursor for what `encodeCursor` did not make for this partition, order and range. */
export function decodeCursor(query: Query): Key | undefined {
  if (query.cursor === undefined) return undefined;
  const parts = parse(query.cursor);
  const [mark, pk, sk] = Array.isArray(parts) && parts.length === 3 ? parts : [];
  const range = sortKeyRange(query);
  if (mark !== fingerprint(query) || typeof pk !== 'string' || typeof sk !== 'string' || !range) {
    throw new InvalidCursor('the cursor is not of this query');
  }
  if (!isKey({ pk, sk }) || (query.index === undefined && pk !== query.pk) || !inRange(sk, range)) {
    throw new InvalidCursor('the cursor is not of this query');
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
