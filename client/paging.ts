type Page = { readonly body: unknown; readonly headers: Headers };

/**
 * The pages of a list, from the first to the last, each when it is asked for.
 *
 * @param ask for the page at a cursor, by a call such as `kv.list`
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

/** A body that is an object has its cursor in itself; one that is an array, in a header. */
function nextCursor({ body, headers }: Page): string | undefined {
  const inBody = (body as { readonly nextCursor?: string } | null)?.nextCursor;
  return inBody ?? headers.get('x-next-cursor') ?? undefined;
}

type Entries<T> = { readonly body: readonly T[]; readonly headers: Headers };

/** As many as a page may have. */
const limit = 100;

/** The entries of a list whose pages are arrays, page by page as they are asked for. @param ask for one page */
export async function* entriesOf<T>(
  ask: (query: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Entries<T>>,
): AsyncGenerator<T, void, void> {
  for await (const { body } of pagesOf((cursor) => ask({ limit, cursor }))) yield* body;
}

/** All of them at once. As `Array.fromAsync`, which not every runtime has. */
export async function allOf<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
