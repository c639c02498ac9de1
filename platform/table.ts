import type { TableName } from '../contract/resources.ts';

/** A value of an attribute. Numbers are IEEE doubles; bytes stay bytes. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/**
 * A stored item without its key. `ttl` (epoch seconds) is reserved: an item whose `ttl` has passed does not exist,
 * neither for reads nor for conditions, even if the store deletes it later.
 */
export type Attributes = { readonly [name: string]: Value } & { readonly ttl?: number };

/** Address of an item: `pk` selects the partition, `sk` orders the items in it. Both are non-empty. */
export type Key = { readonly pk: string; readonly sk: string };

export type Item = Key & Attributes;

/**
 * What must be true of an item for a write to happen.
 *
 * - `absent` / `present`: there is no live item / there is one.
 * - `equals`: the attribute exists and is equal (strings, numbers, booleans, null).
 * - `lessThan`: the attribute exists, has the same type, and is smaller (strings compare by their UTF-8 bytes).
 * - `counterBelow`: the attribute, or 0 if it is missing, is smaller than the bound.
 */
export type Condition =
  | 'absent'
  | 'present'
  | { readonly field: string; readonly equals: string | number | boolean | null }
  | { readonly field: string; readonly lessThan: string | number }
  | { readonly field: string; readonly counterBelow: number };

/**
 * One write of a transaction. `put` replaces the whole item. `update` changes attributes of a live item and fails if
 * the item is absent; `add` counts a missing attribute as 0. `delete` succeeds on an absent item unless a condition
 * says otherwise. `check` writes nothing.
 */
export type Write = { readonly table: TableName; readonly if?: readonly Condition[] } & (
  | { readonly put: Item }
  | {
      readonly update: Key;
      readonly set?: { readonly [name: string]: Value };
      readonly add?: { readonly [name: string]: number };
      readonly remove?: readonly string[];
    }
  | { readonly delete: Key }
  | { readonly check: Key }
);

export type Query = {
  readonly table: TableName;
  /** An index of the table; defaults to the table itself. Reads of an index may lag behind writes. */
  readonly index?: string;
  readonly pk: string;
  /** Only sort keys that start with this. */
  readonly prefix?: string;
  /** Only sort keys in this closed range; both ends optional. */
  readonly from?: string;
  readonly to?: string;
  /** Newest (largest sort key) first. */
  readonly descending?: boolean;
  readonly limit: number;
  /** The `cursor` of the previous page. */
  readonly cursor?: string;
};

export type Page = { readonly items: readonly Item[]; readonly cursor?: string };

/**
 * An atomic counter: adds `by` (1) and returns the new value, or does nothing if the value has reached `below`. A loss
 * of power, unlike the death of a process, may undo the last counts, but never one that precedes a finished
 * transaction.
 */
export type Increment = {
  readonly table: TableName;
  readonly key: Key;
  readonly field: string;
  readonly by?: number;
  readonly below?: number;
  /** Epoch seconds. Set when the item is created; an expired item counts from 0 again. */
  readonly ttl?: number;
};

/**
 * A key-value store with sorted partitions and all-or-nothing conditional writes.
 *
 * Reads of a table are strongly consistent. `transact` accepts 1 to 100 writes, each to a different item.
 *
 * @throws ConditionFailed by `transact` if a condition does not hold; nothing was written
 * @throws InvalidCursor by `query` if the cursor belongs to another query
 */
export interface Table {
  get(table: TableName, key: Key): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  transact(writes: readonly Write[]): Promise<void>;
  /** Returns the new value, or `undefined` without counting if the bound is reached. */
  increment(increment: Increment): Promise<number | undefined>;
  /** Rejects if the store does not respond. */
  ping(): Promise<void>;
}

export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  /** Position in the transaction of the first write whose condition did not hold. */
  readonly index: number;
  /** The live item that the condition met, if any. */
  readonly item: Item | undefined;

  constructor(index: number, item?: Item) {
    super(`condition of write ${index} does not hold`);
    this.index = index;
    this.item = item;
  }
}

export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
