import type { CallOptions, OperationId, RequestFor, ResponseFor, StrongroomClient } from './index.ts';

/** Operations that answer a page of an array, and the cursor of the next one in `X-Next-Cursor`. */
type ListId = {
  [Id in OperationId]: ResponseFor<Id>['body'] extends readonly unknown[]
    ? RequestFor<Id> extends { readonly query?: { readonly cursor?: string | undefined } | undefined }
      ? Id
      : never
    : never;
}[OperationId];

type EntryOf<Id extends ListId> = ResponseFor<Id>['body'] extends readonly (infer Entry)[] ? Entry : never;

/** The entries of a list, page by page as they are asked for. @throws StrongroomError */
export async function* entriesOf<Id extends ListId>(
  client: StrongroomClient,
  operationId: Id,
  request: Omit<RequestFor<Id>, 'query'> & CallOptions,
): AsyncGenerator<EntryOf<Id>, void, void> {
  let cursor: string | undefined;
  do {
    const page = { ...request, query: { limit: 100, cursor } };
    // biome-ignore lint/suspicious/noExplicitAny: that a list takes this request is what ListId says
    const { body, headers } = await client.call(operationId, page as any);
    yield* body as unknown as EntryOf<Id>[];
    cursor = headers.get('x-next-cursor') ?? undefined;
  } while (cursor);
}

/** All of them at once. As `Array.fromAsync`, which not every runtime has. */
export async function allOf<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
