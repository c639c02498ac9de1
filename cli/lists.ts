import { pagesOf } from '../client/index.ts';

type Page<T> = { readonly body: readonly T[]; readonly headers: Headers };

/** All entries of a list whose pages are arrays. @param ask for the page at a cursor, with as many entries */
export async function entriesOf<T>(
  ask: (query: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Page<T>>,
): Promise<T[]> {
  const entries: T[] = [];
  for await (const { body } of pagesOf((cursor) => ask({ limit: 100, cursor }))) entries.push(...body);
  return entries;
}
