import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConditionFailed, type Item, type Table, type Value, type Write } from '../../platform/table.ts';
import { conditionCases } from './table-conditions.ts';
import { tableCounterSuite } from './table-counter.suite.ts';
import { expired, fresh, future, rejection } from './table-items.ts';
import { tableModelSuite } from './table-model.suite.ts';
import { tableQuerySuite } from './table-query.suite.ts';

/** Checks that a store fulfils the contract of `Table`. */
export function tableSuite(name: string, make: () => Promise<Table>): void {
  describe(`table: ${name}`, () => {
    let table: Table;
    beforeAll(async () => {
      table = await make();
    });

    const get = (key: { pk: string; sk: string }) => table.get('users', key);
    const write = (...writes: Write[]) => table.transact(writes);
    const put = (item: Item) => write({ table: 'users', put: item });

    test('responds to a ping', async () => {
      await expect(table.ping()).resolves.toBeUndefined();
    });

    describe('items', () => {
      const values: { [name: string]: Value } = {
        text: 'grüße 🎉 \u0000 \u{10ffff}',
        quoted: '"\\\n$bytes',
        emptyText: '',
        integer: 42,
        negative: -7,
        fraction: 0.1,
        large: Number.MAX_SAFE_INTEGER,
        tiny: 1e-100,
        yes: true,
        no: false,
        nothing: null,
        bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
        emptyBytes: new Uint8Array(),
        list: ['a', 1, null, Uint8Array.of(0, 255), ['nested']],
        emptyList: [],
        map: { a: { b: { c: [true] } }, bytes: Uint8Array.of(1) },
        emptyMap: {},
        lookalike: { $bytes: 'AAAA', $$bytes: 'x', $: 1 },
        select: 'reserved words',
        size: 1,
        'with.dot and #hash': 1,
      };

      test.each(Object.entries(values))('%s is returned unchanged', async (attribute, value) => {
        const item = { ...fresh(), [attribute]: value } as Item;
        await put(item);
        const found = await get(item);
        expect(found).toEqual(item);
        if (value instanceof Uint8Array) expect(found?.[attribute]).toBeInstanceOf(Uint8Array);
      });

      test('an item with all kinds of values is returned unchanged', async () => {
        const item = { ...fresh(), ...values, ttl: future };
        await put(item);
        expect(await get(item)).toEqual(item);
      });

      test('an attribute of 300 KiB is returned unchanged', async () => {
        const item = { ...fresh(), bytes: new Uint8Array(300 * 1024).fill(171) };
        await put(item);
        expect(await get(item)).toEqual(item);
      });

      test('an item with another table, partition or sort key is another item', async () => {
        const item = fresh();
        await put(item);
        expect(await table.get('orgs', item)).toBeUndefined();
        expect(await get({ ...item, sk: 'items' })).toBeUndefined();
        expect(await get({ ...item, pk: item.pk.slice(1) })).toBeUndefined();
      });

      test('an item can have Unicode keys of maximum length', async () => {
        const pk = randomUUID() + 'ö'.repeat(1006);
        const item = { pk, sk: '🔑'.repeat(256) };
        await put(item);
        expect(await get(item)).toEqual(item);
      });

      test('put replaces the whole item', async () => {
        const key = fresh();
        await put({ ...key, a: 1, b: 2 });
        await put({ ...key, b: 3 });
        expect(await get(key)).toEqual({ ...key, b: 3 });
      });

      test('update sets, adds and removes attributes, and keeps the rest', async () => {
        const key = fresh();
        await put({ ...key, kept: 'k', set: 1, counter: 5, gone: 'x' });
        await write({
          table: 'users',
          update: key,
          set: { set: [2], name: 'n' },
          add: { counter: -2, fresh: 4 },
          remove: ['gone', 'never there'],
        });
        expect(await get(key)).toEqual({ ...key, kept: 'k', set: [2], name: 'n', counter: 3, fresh: 4 });
      });

      test('an update of a missing item fails, and does not create it', async () => {
        const key = fresh();
        const error = await rejection(write({ table: 'users', update: key, set: { a: 1 } }));
        expect(error).toMatchObject({ name: 'ConditionFailed', index: 0, item: undefined });
        expect(await get(key)).toBeUndefined();
      });

      test('adding to a string fails, and changes nothing', async () => {
        const key = fresh();
        await put({ ...key, a: 'text', b: 1 });
        const error = await rejection(write({ table: 'users', update: key, add: { a: 1, b: 1 } }));
        expect(error).not.toBeInstanceOf(ConditionFailed);
        expect(await get(key)).toEqual({ ...key, a: 'text', b: 1 });
      });

      test('deleting an item twice succeeds', async () => {
        const key = fresh();
        await put(key);
        await write({ table: 'users', delete: key });
        await write({ table: 'users', delete: key });
        expect(await get(key)).toBeUndefined();
      });
    });

    describe('conditions', () => {
      test.each(conditionCases)('$condition of $item: $holds', async ({ condition, item, holds }) => {
        const key = fresh();
        if (item) await put({ ...key, ...item });
        const before = await get(key);
        const sameKinds: Write[] = [
          { table: 'users', check: key, if: [condition] },
          { table: 'users', put: { ...key, written: 1 }, if: [condition] },
          { table: 'users', delete: key, if: [condition] },
          ...(before ? [{ table: 'users' as const, update: key, set: { written: 1 }, if: [condition] }] : []),
        ];
        for (const attempt of sameKinds) {
          if (holds) {
            await expect(write(attempt)).resolves.toBeUndefined();
          } else {
            const error = await rejection(write(attempt));
            expect(error).toMatchObject({ name: 'ConditionFailed', index: 0, item: before });
            expect(await get(key)).toEqual(before);
          }
          // Restore the item, so that every kind of write meets the same state.
          if (item) await put({ ...key, ...item });
          else await write({ table: 'users', delete: key });
        }
      });

      test('several conditions must all hold', async () => {
        const key = fresh();
        await put({ ...key, version: 3, state: 'open' });
        const update = (version: number, state: string): Write => ({
          table: 'users',
          update: key,
          add: { version: 1 },
          if: [
            { field: 'version', equals: version },
            { field: 'state', equals: state },
          ],
        });
        await expect(write(update(3, 'closed'))).rejects.toThrow(ConditionFailed);
        await expect(write(update(2, 'open'))).rejects.toThrow(ConditionFailed);
        await write(update(3, 'open'));
        expect(await get(key)).toMatchObject({ version: 4 });
      });
    });

    describe('transactions', () => {
      test('a transaction can contain every kind of write', async () => {
        const [a, b, c, d] = [fresh(), fresh(), fresh(), fresh()];
        await write({ table: 'users', put: b }, { table: 'orgs', put: c }, { table: 'users', put: d });
        await write(
          { table: 'users', put: a, if: ['absent'] },
          { table: 'users', update: b, set: { b: 1 } },
          { table: 'orgs', delete: c, if: ['present'] },
          { table: 'users', check: d, if: ['present'] },
        );
        expect(await get(a)).toEqual(a);
        expect(await get(b)).toEqual({ ...b, b: 1 });
        expect(await table.get('orgs', c)).toBeUndefined();
        expect(await get(d)).toEqual(d);
      });

      test.each([0, 1, 2])(
        'nothing is written if condition %i fails, and the error names it',
        async (index) => {
          const keys = [fresh(), fresh(), fresh()];
          const taken = { ...(keys[index] as Item), taken: true };
          await put(taken);
          const writes = keys.map((key) => ({ table: 'users' as const, put: key, if: ['absent' as const] }));
          expect(await rejection(write(...writes))).toMatchObject({
            name: 'ConditionFailed',
            index,
            item: taken,
          });
          const found = await Promise.all(keys.map(get));
          expect(found.map(Boolean)).toEqual([0, 1, 2].map((i) => i === index));
        },
      );

      test('the error names the first of two failed conditions', async () => {
        const [a, b, c] = [fresh(), fresh(), fresh()];
        const error = await rejection(
          write(
            { table: 'users', put: a },
            { table: 'users', check: b, if: ['present'] },
            { table: 'users', update: c, set: { x: 1 } },
          ),
        );
        expect(error).toMatchObject({ index: 1, item: undefined });
      });

      test('a transaction can contain 100 writes', async () => {
        const pk = randomUUID();
        const items = Array.from({ length: 100 }, (_, i) => ({ pk, sk: `${i}`, i }));
        await write(...items.map((item) => ({ table: 'users' as const, put: item })));
        const { items: found } = await table.query({ table: 'users', pk, limit: 100 });
        expect(found).toHaveLength(100);
      });
    });

    describe('invalid transactions', () => {
      const key = fresh();
      const users = (put: unknown) => ({ table: 'users', put }) as Write;
      test.each<[string, Write[]]>([
        ['no write', []],
        ['101 writes', Array.from({ length: 101 }, (_, i) => users({ ...key, sk: `${i}` }))],
        ['two writes to one item', [users(key), { table: 'users', check: key, if: ['present'] }]],
        ['an empty pk', [users({ pk: '', sk: 'a' })]],
        ['an empty sk', [users({ pk: 'a', sk: '' })]],
        ['a pk over 2,048 bytes', [users({ pk: 'ö'.repeat(1025), sk: 'a' })]],
        ['an sk over 1,024 bytes', [users({ pk: 'a', sk: 'ö'.repeat(513) })]],
        ['a lone surrogate', [users({ ...key, a: '\ud800' })]],
        ['a lone surrogate in a key', [users({ pk: '\ud800', sk: 'a' })]],
        ['NaN', [users({ ...key, a: Number.NaN })]],
        ['infinity', [users({ ...key, a: Number.POSITIVE_INFINITY })]],
        ['a number past the range', [users({ ...key, a: 1e126 })]],
        ['undefined', [users({ ...key, a: undefined })]],
        ['a ttl that is not a number', [users({ ...key, ttl: '1' })]],
        ['an item over 400 KiB', [users({ ...key, a: 'x'.repeat(400 * 1024) })]],
        ['an empty index key', [{ table: 'audit', put: { ...key, orgId: '' } }]],
        ['an index key that is not a string', [{ table: 'audit', put: { ...key, orgId: 1 } }]],
        ['a check without a condition', [{ table: 'users', check: key }]],
        ['an update without a change', [{ table: 'users', update: key }]],
        ['an update of the key', [{ table: 'users', update: key, set: { sk: 'b' } }]],
        ['an attribute named twice', [{ table: 'users', update: key, set: { a: 1 }, add: { a: 1 } }]],
      ])('are rejected and write nothing: %s', async (_, writes) => {
        expect(await rejection(write(...writes))).toBeInstanceOf(TypeError);
        expect(await get(key)).toBeUndefined();
      });
    });

    describe('expiry', () => {
      test('an expired item does not exist for reads and conditions', async () => {
        const key = fresh();
        const dead = { ...key, ttl: expired, a: 1 };
        await put(dead);
        expect(await get(key)).toBeUndefined();
        expect(await table.query({ table: 'users', pk: key.pk, limit: 10 })).toEqual({ items: [] });
        const update: Write = { table: 'users', update: key, set: { a: 2 } };
        expect(await rejection(write(update))).toMatchObject({ index: 0, item: undefined });
        await write({ table: 'users', put: { ...key, a: 3 }, if: ['absent'] });
        expect(await get(key)).toEqual({ ...key, a: 3 });
      });

      test('an item expires at the start of its second', async () => {
        const key = fresh();
        vi.useFakeTimers({ toFake: ['Date'], now: 3_000_000_000_000 });
        try {
          await put({ ...key, ttl: 3_000_000_060 });
          vi.setSystemTime(3_000_000_059_999);
          expect(await get(key)).toBeDefined();
          vi.setSystemTime(3_000_000_060_000);
          expect(await get(key)).toBeUndefined();
          expect((await table.query({ table: 'users', pk: key.pk, limit: 1 })).items).toEqual([]);
        } finally {
          vi.useRealTimers();
        }
      });
    });

    tableCounterSuite(() => table);
    tableQuerySuite(() => table);
    tableModelSuite(() => table);
  });
}
