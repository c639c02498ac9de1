import { InvalidCursor } from '../../platform/table.ts';

/** The header that says where the next page begins, for lists whose body is an array. */
export function nextCursorHeaders(cursor: string | undefined): Record<string, string> {
  return cursor ? { 'X-Next-Cursor': cursor } : {};
}

/** What a cursor of `pageByName` begins with, before the last name of its page. */
const mark = 'name:';

/**
 * A page of a short list that is kept as one record, in order of its names.
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
  if (!text.startsWith(mark)) throw new InvalidCursor('the cursor is not of this list');
  return text.slice(mark.length);
}
