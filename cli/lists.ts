import { allOf, entriesOf } from '../client/index.ts';

/** All entries of a list whose pages are arrays. @param ask for one page */
export function listAll<T>(ask: Parameters<typeof entriesOf<T>>[0]): Promise<T[]> {
  return allOf(entriesOf(ask));
}
