import { InvalidCursor } from '../../platform/table.ts';

/** Returns the header that names the next page, for lists whose body is an array. */
export function nextCursorHeaders(cursor: string | undefined): Record<string, string> {
  return cursor ? { 'X-Next-Cursor': cursor } : {};
}

/** Prefix of a `pageByName` cursor, before the last name of its page. */
const mark = 'name:';

/**
 * Returns a page of a short list that is stored as one record, ordered by name.
 *
 * @throws InvalidCursor
 */
export function pageByName<T extends { readonly name: string }>(
  list: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): { readonly items: readonly T[]; readonly cursor?: string } {
  const last = cursor === undefined ? '' : nameIn(cursor);
  const rest = list.filter(({ name }) => name > last);
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  if (!end || items.length === rest.length) return { items };
  return { items, cursor: Buffer.from(`${mark}${end.name}`).toString('base64url') };
}

function nameIn(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(mark)) throw new InvalidCursor('the cursor belongs to another list');
  return text.slice(mark.length);
}
