import { allOf, entriesOf } from '../client/index.ts';

/** Returns all entries of a list whose pages are arrays. @param getPage requests one page */
export function listAll<T>(getPage: Parameters<typeof entriesOf<T>>[0]): Promise<T[]> {
  return allOf(entriesOf(getPage));
}
