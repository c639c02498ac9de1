import type { TableName } from '../contract/resources.ts';

/** What an attribute may hold. Numbers are IEEE doubles; bytes are kept as bytes. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/**
 * A stored item, without its key. `ttl` (epoch seconds) is reserved: an item whose `ttl` has passed does
 * not exist, neither for reads nor for conditions, however late the store sweeps it.
 */
export type Attributes = { readonly [name: string]: Value } & { readonly ttl?: number };

/** Address of an item: `pk` picks the partition, `sk` orders the items inside it. Both are non-empty. */
export type Key = { readonly pk: string; readonly sk: string };

export type Item = Key & Attributes;

/**
 * What must hold of an item for a write to happen.
 *
 * - `absent` / `present`: no live item, a live item.
 * - `equals`: the attribute is there and equal (strings, numbers, booleans, null).
 * - `lessThan`: the attribute is there, of the same type, and smaller (strings compare by their UTF-8 bytes).
 * - `counterBelow`: the attribute, 0 where it is missing, is smaller than the bound.
 */
export type Condition =
  | 'absent'
  | 'present'
  | { readonly field: string; readonly equals: string | number | boolean | null }
  | { readonly field: string; readonly lessThan: string | number }
  | { readonly field: string; readonly counterBelow: number };

/**
 * One write of a transaction. `put` replaces the whole item. `update` changes attributes of a live item and
 * fails where there is none; `add` counts a missing attribute as 0. `delete` succeeds on an absent item unless
 * a condition says otherwise. `check` writes nothing.
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
  /** One of the table's indexes; without it the table itself. Reads of an index may lag behind writes. */
  readonly index?: string;
  readonly pk: string;
  /** Only sort keys that begin with this. */
  readonly prefix?: string;
  /** Only sort keys in this closed range; both ends optional. */
  readonly from?: string;
  readonly to?: string;
  /** Newest (largest sort key) first. */
  readonly descending?: boolean;
  readonly limit: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
};

export type Page = { readonly items: readonly Item[]; readonly cursor?: string };

/**
 * An atomic counter: adds `by` (1) and answers the new value, or refuses where the value has reached `below`. Whoever
 * loses power, not just a process, may lose the last counts; never one that a finished transaction came after.
 */
export type Increment = {
  readonly table: TableName;
  readonly key: Key;
  readonly field: string;
  readonly by?: number;
  readonly below?: number;
  /** Set when the item is made; an expired item counts from 0 again. Epoch seconds. */
  readonly ttl?: number;
};

/**
 * A key-value store with sorted partitions and all-or-nothing conditional writes.
 *
 * Reads of a table are strongly consistent. `transact` takes 1 to 100 writes, each to another item.
 *
 * @throws ConditionFailed by `transact` where a condition does not hold: nothing was written.
 * @throws InvalidCursor by `query` for a cursor that is not of this query.
 */
export interface Table {
  get(table: TableName, key: Key): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  transact(writes: readonly Write[]): Promise<void>;
  /** The new value, or `undefined` where the bound was reached: then nothing was counted. */
  increment(increment: Increment): Promise<number | undefined>;
  /** Rejects where the store does not answer. */
  ping(): Promise<void>;
}

export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  /** Position, in the transaction, of the first write whose condition did not hold. */
  readonly index: number;
  /** The live item that the condition met, if there was one. */
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
