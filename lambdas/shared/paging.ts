/** The header that says where the next page begins, for lists whose body is an array. */
export function nextCursorHeaders(cursor: string | undefined): Record<string, string> {
  return cursor ? { 'X-Next-Cursor': cursor } : {};
}
