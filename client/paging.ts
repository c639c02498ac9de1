type Page = { readonly body: unknown; readonly headers: Headers };

/**
 * Yields the pages of a list from first to last, and requests each when it is needed.
 *
 * @param ask requests the page at a cursor, such as with `kv.list`
 */
export async function* pagesOf<P extends Page>(
  ask: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, void> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield page;
    cursor = nextCursor(page);
  } while (cursor);
}

/** An object has the cursor in a field; an array, in a header. */
function nextCursor({ body, headers }: Page): string | undefined {
  const inBody = (body as { readonly nextCursor?: string } | null)?.nextCursor;
  return inBody ?? headers.get('x-next-cursor') ?? undefined;
}

type Entries<T> = { readonly body: readonly T[]; readonly headers: Headers };

/** The maximum page size. */
const limit = 100;

/** Yields the entries of a list whose pages are arrays. @param ask requests one page */
export async function* entriesOf<T>(
  ask: (query: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Entries<T>>,
): AsyncGenerator<T, void, void> {
  for await (const { body } of pagesOf((cursor) => ask({ limit, cursor }))) yield* body;
}

/** Collects all entries. Not every runtime has `Array.fromAsync`. */
export async function allOf<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
