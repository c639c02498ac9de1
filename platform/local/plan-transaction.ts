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

/** The state of an item after a write: `undefined` means deleted. */
export type Change = { readonly table: Write['table']; readonly key: Key; readonly item: Item | undefined };

/** Returns the live item of a key. */
export type Read = (table: Write['table'], key: Key) => Item | undefined;

/** Returns the changes that a transaction makes. @throws ConditionFailed if a condition does not hold */
export function planTransaction(writes: readonly Write[], read: Read): Change[] {
  const changes: Change[] = [];
  for (const [index, write] of writes.entries()) {
    const key = keyOf(write);
    const item = read(write.table, key);
    const conditions = 'update' in write ? ['present' as const, ...(write.if ?? [])] : (write.if ?? []);
    if (!conditions.every((condition) => holds(condition, item))) throw new ConditionFailed(index, item);
    if (!('check' in write)) changes.push({ table: write.table, key, item: applyWrite(write, item) });
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

function applyWrite(write: Exclude<Write, { check: Key }>, item: Item | undefined): Item | undefined {
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

/** Returns the new value of the counter and its item, or `undefined` if the bound is reached. */
export function planIncrement(
  { table, key, field, by = 1, below, ttl }: Increment,
  read: Read,
): { readonly value: number; readonly change: Change } | undefined {
  const item = read(table, key);
  const value = sum(field, item?.[field], by);
  if (below !== undefined && value - by >= below) return undefined;
  const base = item ?? { ...key, ...(ttl !== undefined && { ttl }) };
  return { value, change: { table, key, item: { ...base, [field]: value } as Item } };
}
