import { entriesOf } from '../client/index.ts';

/** All entries of a list whose pages are arrays. @param ask for one page */
export async function listAll<T>(ask: Parameters<typeof entriesOf<T>>[0]): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entriesOf(ask)) all.push(entry);
  return all;
}
