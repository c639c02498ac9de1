import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Condition, ConditionFailed, type Item, type Table, type Write } from '../../platform/table.ts';

const sortKeys = ['a', 'b', 'c', 'd'] as const;
type SortKey = (typeof sortKeys)[number];

const sortKey = fc.constantFrom(...sortKeys);
const smallNumber = fc.integer({ min: -2, max: 4 });
const ttl = fc.option(fc.constantFrom(1_000_000_000, 4_000_000_000), { nil: undefined });
const text = fc.constantFrom('', 'x', 'y');
const fields = fc.record({ n: smallNumber, t: text }, { requiredKeys: [] });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom('absent' as const, 'present' as const),
  fc.record({ field: fc.constant('n'), equals: smallNumber }),
  fc.record({ field: fc.constant('t'), lessThan: text }),
  fc.record({ field: fc.constant('n'), counterBelow: smallNumber }),
);

const change = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), fields, ttl }),
  fc.record({ kind: fc.constant('update' as const), t: text, n: smallNumber }),
  fc.constant({ kind: 'delete' as const }),
  fc.constant({ kind: 'check' as const }),
);

const write = fc
  .record({ sk: sortKey, change, if: fc.array(condition, { maxLength: 2 }) })
  .filter(({ change, if: conditions }) => change.kind !== 'check' || conditions.length > 0);

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.uniqueArray(write, { minLength: 1, maxLength: 4, selector: ({ sk }) => sk }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ sk: sortKey, below: fc.option(smallNumber, { nil: undefined }), ttl }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Transaction = Extract<Step, readonly unknown[]>;
type Fields = { n?: number; t?: string; ttl?: number };

/** The simplest model of a table: a map without expired items. */
class Model {
  readonly items = new Map<SortKey, Fields>();

  live(sk: SortKey): Fields | undefined {
    const fields = this.items.get(sk);
    return fields?.ttl === 1_000_000_000 ? undefined : fields;
  }

  /** Returns the position of the first write that fails, or `undefined` after applying all writes. */
  transact(transaction: Transaction): number | undefined {
    const failed = transaction.findIndex(
      ({ sk, change, if: conditions }) =>
        (change.kind === 'update' && !this.live(sk)) ||
        conditions.some((c) => !this.#holds(c, this.live(sk))),
    );
    if (failed !== -1) return failed;
    for (const { sk, change } of transaction) {
      if (change.kind === 'put')
        this.items.set(sk, { ...change.fields, ...(change.ttl && { ttl: change.ttl }) });
      if (change.kind === 'delete') this.items.delete(sk);
      if (change.kind !== 'update') continue;
      const item = this.live(sk) as Fields;
      this.items.set(sk, { ...item, t: change.t, n: (item.n ?? 0) + change.n });
    }
    return undefined;
  }

  increment(sk: SortKey, below: number | undefined, ttl: number | undefined): number | undefined {
    const item = this.live(sk);
    const n = item?.n ?? 0;
    if (below !== undefined && n >= below) return undefined;
    this.items.set(sk, { ...(item ?? (ttl && { ttl })), n: n + 1 });
    return n + 1;
  }

  #holds(condition: Condition, item: Fields | undefined): boolean {
    if (condition === 'absent') return !item;
    if (condition === 'present') return !!item;
    if ('equals' in condition) return !!item && item.n === condition.equals;
    if ('lessThan' in condition) return item?.t !== undefined && item.t < (condition.lessThan as string);
    return (item?.n ?? 0) < condition.counterBelow;
  }
}

function toWrite(pk: string, { sk, change, if: conditions }: Transaction[number]): Write {
  const [key, at] = [
    { pk, sk },
    { table: 'users' as const, if: conditions },
  ];
  switch (change.kind) {
    case 'put':
      return { ...at, put: { ...key, ...change.fields, ...(change.ttl && { ttl: change.ttl }) } as Item };
    case 'update':
      return { ...at, update: key, set: { t: change.t }, add: { n: change.n } };
    case 'delete':
      return { ...at, delete: key };
    case 'check':
      return { ...at, check: key };
  }
}

export function tableModelSuite(table: () => Table): void {
  test('behaves like a plain map for any writes', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
      const pk = randomUUID();
      const model = new Model();
      for (const step of steps) {
        if (Array.isArray(step)) {
          const failed = model.transact(step);
          const outcome = table().transact(step.map((write) => toWrite(pk, write)));
          const index = await outcome.then(() => undefined, indexOfFailure);
          expect(index).toBe(failed);
        } else {
          const { sk, below, ttl } = step as Exclude<Step, Transaction>;
          const expected = model.increment(sk, below, ttl);
          expect(await table().increment({ table: 'users', key: { pk, sk }, field: 'n', below, ttl })).toBe(
            expected,
          );
        }
        const { items } = await table().query({ table: 'users', pk, limit: 10 });
        const live = sortKeys.flatMap((sk) => (model.live(sk) ? [{ pk, sk, ...model.live(sk) }] : []));
        expect(items).toEqual(live);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
}

function indexOfFailure(error: unknown): number {
  if (error instanceof ConditionFailed) return error.index;
  throw error;
}
