import { compareUtf8 } from '../sort-key-range.ts';
import {
  type Condition,
  ConditionFailed,
  type Increment,
  type Item,
  type Key,
  type Value,
  type Write,
} from '../table.ts';
import { checkItem, keyOf } from '../table-rules.ts';

/** What a write leaves of an item: its new state, or nothing. */
export type Change = { readonly table: Write['table']; readonly key: Key; readonly item: Item | undefined };

/** The live item of a key. */
export type Read = (table: Write['table'], key: Key) => Item | undefined;

/** @throws ConditionFailed before anything is changed. */
export function planTransaction(writes: readonly Write[], read: Read): Change[] {
  const changes: Change[] = [];
  for (const [index, write] of writes.entries()) {
    const key = keyOf(write);
    const item = read(write.table, key);
    const conditions = 'update' in write ? ['present' as const, ...(write.if ?? [])] : (write.if ?? []);
    if (!conditions.every((condition) => holds(condition, item))) throw new ConditionFailed(index, item);
    if (!('check' in write)) changes.push({ table: write.table, key, item: outcome(write, item) });
  }
  return changes;
}

function holds(condition: Condition, item: Item | undefined): boolean {
  if (condition === 'absent') return item === undefined;
  if (condition === 'present') return item !== undefined;
  const value = item?.[condition.field];
  if ('equals' in condition) return value === condition.equals;
  if ('lessThan' in condition) return isLess(value, condition.lessThan);
  return isLess(value === undefined ? 0 : value, condition.counterBelow);
}

function isLess(value: Value | undefined, bound: string | number): boolean {
  if (typeof value === 'number' && typeof bound === 'number') return value < bound;
  if (typeof value === 'string' && typeof bound === 'string') return compareUtf8(value, bound) < 0;
  return false;
}

function outcome(write: Exclude<Write, { check: Key }>, item: Item | undefined): Item | undefined {
  if ('put' in write) return write.put;
  if ('delete' in write) return undefined;
  const updated: { [name: string]: Value } & Key = { ...(item ?? write.update), ...write.set };
  for (const [field, by] of Object.entries(write.add ?? {})) updated[field] = sum(field, item?.[field], by);
  for (const field of write.remove ?? []) delete updated[field];
  checkItem(write.table, updated as Item);
  return updated as Item;
}

function sum(field: string, value: Value = 0, by: number): number {
  if (typeof value !== 'number') throw new TypeError(`attribute ${field} is not a number`);
  return value + by;
}

/** The counter's new value and the item that holds it, or `undefined` where the bound was reached. */
export function planIncrement(
  { table, key, field, by = 1, below, ttl }: Increment,
  read: Read,
): { readonly value: number; readonly change: Change } | undefined {
  const item = read(table, key);
  const value = sum(field, item?.[field], by);
  if (below !== undefined && value - by >= below) return undefined;
  const made = item ?? { ...key, ...(ttl !== undefined && { ttl }) };
  return { value, change: { table, key, item: { ...made, [field]: value } as Item } };
}
