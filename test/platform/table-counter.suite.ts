import { describe, expect, test } from 'vitest';
import { ConditionFailed, type Item, type Table, type Write } from '../../platform/table.ts';
import { expired, fresh, future, rejection } from './table-items.ts';

export function tableCounterSuite(table: () => Table): void {
  const write = (...writes: Write[]) => table().transact(writes);
  const get = (key: { pk: string; sk: string }) => table().get('users', key);
  const put = (item: Item) => write({ table: 'users', put: item });

  describe('increments', () => {
    const increment = (key: { pk: string; sk: string }, options: object = {}) =>
      table().increment({ table: 'counters', key, field: 'n', ...options });

    test('start at 0 and add one or more', async () => {
      const key = fresh();
      expect(await increment(key)).toBe(1);
      expect(await increment(key, { by: 5 })).toBe(6);
      expect(await increment(key, { by: -2 })).toBe(4);
      expect(await table().get('counters', key)).toEqual({ ...key, n: 4 });
    });

    test('do not change other attributes', async () => {
      const key = fresh();
      await write({ table: 'counters', put: { ...key, other: 'x' } });
      expect(await increment(key, { below: 1 })).toBe(1);
      expect(await table().get('counters', key)).toEqual({ ...key, other: 'x', n: 1 });
    });

    test('stop at the bound', async () => {
      const key = fresh();
      expect(await increment(key, { below: 2 })).toBe(1);
      expect(await increment(key, { below: 2 })).toBe(2);
      expect(await increment(key, { below: 2 })).toBeUndefined();
      expect(await increment(key, { below: 0 })).toBeUndefined();
      expect(await table().get('counters', key)).toMatchObject({ n: 2 });
      expect(await increment(fresh(), { below: 0 })).toBeUndefined();
    });

    test('set the time to live only when they create the item', async () => {
      const [expiring, without] = [fresh(), fresh()];
      await increment(expiring, { ttl: future });
      await increment(expiring, { ttl: future + 1 });
      expect(await table().get('counters', expiring)).toEqual({ ...expiring, n: 2, ttl: future });
      await increment(without);
      expect(await increment(without, { ttl: future, below: 2 })).toBe(2);
      expect(await increment(without, { ttl: future, below: 2 })).toBeUndefined();
      expect(await table().get('counters', without)).toEqual({ ...without, n: 2 });
    });

    test.each([undefined, future])('start again at 0 after expiry (ttl %s)', async (ttl) => {
      const key = fresh();
      await write({ table: 'counters', put: { ...key, n: 7, other: 'x', ttl: expired } });
      expect(await increment(key, { below: 7, ttl })).toBe(1);
      expect(await table().get('counters', key)).toEqual({ ...key, n: 1, ...(ttl && { ttl }) });
    });

    test('reject text', async () => {
      const key = fresh();
      await write({ table: 'counters', put: { ...key, n: 'text' } });
      expect(await rejection(increment(key))).toBeInstanceOf(Error);
      expect(await table().get('counters', key)).toEqual({ ...key, n: 'text' });
    });
  });

  describe('races', () => {
    test('let exactly 7 of 200 callers increment a counter with the bound 7', async () => {
      const key = fresh();
      const call = () => table().increment({ table: 'counters', key, field: 'n', below: 7, ttl: future });
      const values = await Promise.all(Array.from({ length: 200 }, call));
      expect(values.filter((value) => value !== undefined).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });

    test('let exactly 7 of 200 callers increment an expired counter with the bound 7', async () => {
      const key = fresh();
      await write({ table: 'counters', put: { ...key, n: 3, ttl: expired } });
      const call = () => table().increment({ table: 'counters', key, field: 'n', below: 7, ttl: future });
      const values = await Promise.all(Array.from({ length: 200 }, call));
      expect(values.filter((value) => value !== undefined).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });

    test('let one of 50 writers of a version win in each round', async () => {
      const [key, log] = [fresh(), fresh()];
      await put({ ...key, version: 0 });
      for (let version = 0; version < 5; version++) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 50 }, (_, writer) =>
            write(
              {
                table: 'users',
                update: key,
                add: { version: 1 },
                if: [{ field: 'version', equals: version }],
              },
              { table: 'users', put: { ...log, sk: `${version}#${writer}` } },
            ),
          ),
        );
        const lost = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
        expect(lost).toHaveLength(49);
        for (const { reason } of lost) expect(reason).toBeInstanceOf(ConditionFailed);
      }
      expect(await get(key)).toMatchObject({ version: 5 });
      expect((await table().query({ table: 'users', pk: log.pk, limit: 100 })).items).toHaveLength(5);
    });

    test('keep the sum of 4 accounts during 40 transfers', async () => {
      const accounts = Array.from({ length: 4 }, fresh);
      await write(...accounts.map((key) => ({ table: 'users' as const, put: { ...key, sum: 100 } })));
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          write(
            { table: 'users', update: accounts[i % 4] as Item, add: { sum: -1 } },
            { table: 'users', update: accounts[(i + 1 + (i % 3)) % 4] as Item, add: { sum: 1 } },
          ),
        ),
      );
      const sums = await Promise.all(accounts.map(async (key) => (await get(key))?.sum as number));
      expect(sums.reduce((a, b) => a + b)).toBe(400);
    });
  });
}
