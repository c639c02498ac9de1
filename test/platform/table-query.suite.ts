import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { InvalidCursor, type Item, type Query, type Table } from '../../platform/table.ts';
import { expired } from './table-items.ts';

export function tableQuerySuite(table: () => Table): void {
  const put = async (...items: Item[]) => {
    for (let i = 0; i < items.length; i += 100) {
      await table().transact(items.slice(i, i + 100).map((item) => ({ table: 'audit', put: item })));
    }
  };
  const query = (rest: Omit<Query, 'table' | 'limit'> & { limit?: number }) =>
    table().query({ table: 'audit', limit: 100, ...rest });

  async function pages(rest: Omit<Query, 'table'>): Promise<Item[][]> {
    const all: Item[][] = [];
    let cursor: string | undefined;
    do {
      const page = await query({ ...rest, cursor });
      all.push([...page.items]);
      cursor = page.cursor;
    } while (cursor);
    return all;
  }
  const sks = (items: readonly Item[]) => items.map(({ sk }) => sk);

  describe('queries', () => {
    const pk = randomUUID();
    /** In the order of their UTF-8 bytes. */
    const ordered = [
      'A',
      'a',
      'a#1',
      'a#2',
      'a#2x',
      'a#3',
      'a$',
      'b',
      'z',
      'ä',
      '\ud7ff',
      '\ud7ffa',
      '\ue000',
      '～',
      '🔑',
      '🔑a',
      '\u{10ffff}',
      '\u{10ffff}z',
    ];
    beforeAll(() => put(...ordered.toReversed().map((sk) => ({ pk, sk }))));

    test('sort by UTF-8 bytes, ascending or descending', async () => {
      expect(sks((await query({ pk })).items)).toEqual(ordered);
      expect(sks((await query({ pk, descending: true })).items)).toEqual(ordered.toReversed());
    });

    test.each<[Partial<Query>, string[]]>([
      [{ prefix: 'a#' }, ['a#1', 'a#2', 'a#2x', 'a#3']],
      [{ prefix: 'a' }, ['a', 'a#1', 'a#2', 'a#2x', 'a#3', 'a$']],
      [{ prefix: 'a#2x' }, ['a#2x']],
      [{ prefix: 'none' }, []],
      [{ prefix: '' }, ordered],
      [{ prefix: '\ud7ff' }, ['\ud7ff', '\ud7ffa']],
      [{ prefix: '🔑' }, ['🔑', '🔑a']],
      [{ prefix: '\u{10ffff}' }, ['\u{10ffff}', '\u{10ffff}z']],
      [{ from: 'z' }, ordered.slice(8)],
      [{ to: 'a#1' }, ordered.slice(0, 3)],
      [{ from: 'a#1', to: 'a#3' }, ['a#1', 'a#2', 'a#2x', 'a#3']],
      [{ from: 'a#1', to: 'a#1' }, ['a#1']],
      [{ from: 'b', to: 'a' }, []],
      [{ from: '', to: '' }, []],
      [{ from: '' }, ordered],
      [{ prefix: 'a#', from: 'a#2' }, ['a#2', 'a#2x', 'a#3']],
      [{ prefix: 'a#', to: 'a#2' }, ['a#1', 'a#2']],
      [{ prefix: 'a#', from: 'a', to: 'z' }, ['a#1', 'a#2', 'a#2x', 'a#3']],
      [{ prefix: 'a#', to: 'a$' }, ['a#1', 'a#2', 'a#2x', 'a#3']],
      [{ prefix: 'a#', from: 'a$' }, []],
      [{ prefix: 'a#', to: 'a' }, []],
    ])('return the items in the range %j', async (part, expected) => {
      expect(sks((await query({ pk, ...part })).items)).toEqual(expected);
      const descending = await query({ pk, ...part, descending: true });
      expect(sks(descending.items)).toEqual(expected.toReversed());
      const paged = await pages({ pk, ...part, limit: 2 });
      expect(sks(paged.flat())).toEqual(expected);
    });

    test('return nothing from another partition', async () => {
      expect(await query({ pk: randomUUID() })).toEqual({ items: [] });
    });

    test('return more than DynamoDB reads in one request (1 MiB)', async () => {
      const large = randomUUID();
      const items = Array.from({ length: 6 }, (_, i) => ({
        pk: large,
        sk: `${i}`,
        body: 'x'.repeat(350_000),
      }));
      for (const item of items) await put(item);
      expect((await query({ pk: large })).items).toEqual(items);
    });

    test.each([0, -1, 1.5, Number.NaN])('reject the limit %s', async (limit) => {
      await expect(query({ pk, limit })).rejects.toThrow(TypeError);
    });

    test('reject an index that the table does not have', async () => {
      await expect(query({ pk, index: 'unknown' })).rejects.toThrow(TypeError);
    });
  });

  describe('pages', () => {
    const pk = randomUUID();
    const all = Array.from({ length: 25 }, (_, i) => ({ pk, sk: `n${String(i).padStart(2, '0')}`, i }));
    beforeAll(() => put(...all));

    test.each([1, 7, 24, 25, 26])('of %i items return each item once, and none is empty', async (limit) => {
      const found = await pages({ pk, limit });
      expect(found.flat()).toEqual(all);
      expect(found).toHaveLength(Math.ceil(25 / limit));
      const descending = await pages({ pk, limit, descending: true });
      expect(descending.flat()).toEqual(all.toReversed());
    });

    test('are full despite expired items', async () => {
      const mixed = randomUUID();
      const items: Item[] = Array.from({ length: 90 }, (_, i) => ({
        pk: mixed,
        sk: `n${String(i).padStart(2, '0')}`,
        ...(i % 9 !== 0 && { ttl: expired }),
      }));
      await put(...items);
      const found = await pages({ pk: mixed, limit: 4 });
      expect(found.map((page) => page.length)).toEqual([4, 4, 2]);
      expect(found.flat()).toEqual(items.filter(({ ttl }) => ttl === undefined));
    });

    test('continue if the item of the cursor was deleted', async () => {
      const changing = randomUUID();
      await put(...['a', 'b', 'c', 'd'].map((sk) => ({ pk: changing, sk })));
      const { cursor } = await query({ pk: changing, limit: 2 });
      await table().transact([{ table: 'audit', delete: { pk: changing, sk: 'b' } }]);
      expect(sks((await query({ pk: changing, cursor })).items)).toEqual(['c', 'd']);
    });

    test('have base64url cursors, which are valid for their query only', async () => {
      const { cursor = '' } = await query({ pk, limit: 5 });
      expect(cursor).toMatch(/^[\w-]+$/);
      const others: Omit<Query, 'table' | 'limit'>[] = [
        { pk: randomUUID(), cursor },
        { pk, index: 'orgId', cursor },
        { pk, descending: true, cursor },
        { pk, from: 'n10', cursor },
        { pk, prefix: 'm', cursor },
        { pk, cursor: '' },
        { pk, cursor: 'x' },
        { pk, cursor: cursor.slice(0, -2) },
        { pk, cursor: Buffer.from('[1,2,3]').toString('base64url') },
        { pk, cursor: Buffer.from('null').toString('base64url') },
      ];
      for (const other of others) await expect(query(other)).rejects.toThrow(InvalidCursor);
      await expect(table().query({ table: 'users', pk, limit: 5, cursor })).rejects.toThrow(InvalidCursor);
    });
  });

  describe('indexes', () => {
    const orgId = randomUUID();
    const items = Array.from({ length: 12 }, (_, i) => ({
      pk: `actor${i % 3}-${orgId}`,
      sk: `t${String(i).padStart(2, '0')}`,
      orgId,
      bytes: Uint8Array.of(i),
    }));
    beforeAll(() =>
      put(
        ...items,
        { pk: `other-${orgId}`, sk: 't99' },
        { pk: `dead-${orgId}`, sk: 't03', orgId, ttl: expired },
      ),
    );

    test('contain the items of all partitions with their attribute, and no others', async () => {
      expect((await query({ index: 'orgId', pk: orgId })).items).toEqual(items);
      const range = await query({ index: 'orgId', pk: orgId, from: 't02', to: 't04', descending: true });
      expect(range.items).toEqual(items.slice(2, 5).toReversed());
      expect((await query({ index: 'orgId', pk: orgId, prefix: 't1' })).items).toEqual(items.slice(10));
      expect((await query({ index: 'installation', pk: orgId })).items).toEqual([]);
    });

    test.each([true, false])('have pages (descending: %s)', async (descending) => {
      const found = await pages({ index: 'orgId', pk: orgId, limit: 5, descending });
      expect(found.flat()).toEqual(descending ? items.toReversed() : items);
    });

    test('have pages of items with the same sort key', async () => {
      const org = randomUUID();
      const same = Array.from({ length: 9 }, (_, i) => ({ pk: `p${i}-${org}`, sk: 'same', orgId: org }));
      await put(...same);
      const found = (await pages({ index: 'orgId', pk: org, limit: 2 })).flat();
      expect(found.map(({ pk }) => pk).sort()).toEqual(same.map(({ pk }) => pk));
    });

    test('follow updates', async () => {
      const [from, to] = [randomUUID(), randomUUID()];
      const key = { pk: from, sk: 'moved' };
      await put({ ...key, orgId: from });
      await table().transact([{ table: 'audit', update: key, set: { orgId: to } }]);
      expect((await query({ index: 'orgId', pk: from })).items).toEqual([]);
      expect((await query({ index: 'orgId', pk: to })).items).toEqual([{ ...key, orgId: to }]);
      await table().transact([{ table: 'audit', update: key, remove: ['orgId'] }]);
      expect((await query({ index: 'orgId', pk: to })).items).toEqual([]);
    });
  });
}
