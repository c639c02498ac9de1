import { tables } from '../contract/resources.ts';
import type { Increment, Item, Key, Query, Value, Write } from './table.ts';

/*
 * The limits of DynamoDB in bytes, from its developer guide ("Quotas and limits"). Both stores enforce them, so that
 * nothing works on one machine and fails on AWS.
 */
const limits = { pk: 2048, sk: 1024, item: 400 * 1024, depth: 32, writes: 100 };

const utf8Length = (text: string) => Buffer.byteLength(text, 'utf8');

/** @throws TypeError if the transaction is invalid: a bug in the program, not a failed condition */
export function checkTransaction(writes: readonly Write[]): void {
  if (writes.length < 1 || writes.length > limits.writes) {
    throw new TypeError(`a transaction must have 1 to ${limits.writes} writes, not ${writes.length}`);
  }
  const addresses = new Set<string>();
  for (const write of writes) {
    const { pk, sk } = keyOf(write);
    checkWrite(write);
    addresses.add(JSON.stringify([write.table, pk, sk]));
  }
  if (addresses.size < writes.length) throw new TypeError('a transaction must not write the same item twice');
}

export function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('update' in write) return write.update;
  return 'delete' in write ? write.delete : write.check;
}

function checkWrite(write: Write): void {
  checkKey(keyOf(write));
  for (const condition of write.if ?? []) {
    if (typeof condition === 'object') sizeOf(Object.values(condition), 0);
  }
  if ('check' in write && !write.if?.length) throw new TypeError('a check must have a condition');
  if ('put' in write) checkItem(write.table, write.put);
  if (!('update' in write)) return;

  const { set = {}, add = {}, remove = [] } = write;
  const fields = [...Object.keys(set), ...Object.keys(add), ...remove];
  if (fields.length === 0) throw new TypeError('an update must change an attribute');
  if (new Set(fields).size < fields.length) throw new TypeError('an update must not name an attribute twice');
  if (fields.includes('pk') || fields.includes('sk')) throw new TypeError('an update cannot change the key');
  checkAttributes(write.table, { ...set, ...add });
}

/** @throws TypeError if no store accepts the item because of its key, an attribute, or its size */
export function checkItem(table: Write['table'], item: Item): void {
  checkKey(item);
  const size = checkAttributes(table, item);
  if (size > limits.item) throw new TypeError(`an item must have at most ${limits.item} bytes, not ${size}`);
}

function checkAttributes(table: Write['table'], attributes: { readonly [name: string]: Value }): number {
  const { ttl } = attributes;
  if (ttl !== undefined && typeof ttl !== 'number')
    throw new TypeError('ttl must be a number of epoch seconds');
  for (const index of tables[table].indexes) {
    const value = attributes[index];
    if (value !== undefined) checkKeyPart(index, value, limits.pk);
  }
  return sizeOf(attributes, 0);
}

export function checkKey({ pk, sk }: Key): void {
  checkKeyPart('pk', pk, limits.pk);
  checkKeyPart('sk', sk, limits.sk);
}

function checkKeyPart(name: string, value: unknown, limit: number): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  const size = utf8Length(value);
  if (size < 1 || size > limit) throw new TypeError(`${name} must have 1 to ${limit} bytes, not ${size}`);
  checkText(value);
}

/** Lone surrogates have no UTF-8 encoding, so a store would change the string. */
function checkText(text: string): void {
  if (!text.isWellFormed()) throw new TypeError('strings must be well-formed Unicode');
}

/** Returns the size of a value as DynamoDB counts it ("Item sizes and formats"), or an upper bound. */
function sizeOf(value: unknown, depth: number): number {
  if (depth > limits.depth) throw new TypeError(`values must not nest more than ${limits.depth} levels deep`);
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') {
    checkNumber(value);
    return 21;
  }
  if (typeof value === 'string') {
    checkText(value);
    return utf8Length(value);
  }
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce((sum, entry) => sum + 1 + sizeOf(entry, depth + 1), 3);
  if (typeof value === 'object') {
    return Object.entries(value).reduce((sum, [name, entry]) => {
      if (name === '') throw new TypeError('an attribute has an empty name');
      checkText(name);
      return sum + 1 + utf8Length(name) + sizeOf(entry, depth + 1);
    }, 3);
  }
  throw new TypeError(`a ${typeof value} cannot be stored`);
}

/** DynamoDB stores numbers as decimals in this range, which is narrower than the range of doubles. */
function checkNumber(value: number): void {
  const magnitude = Math.abs(value);
  if (value !== 0 && !(magnitude >= 1e-130 && magnitude < 1e126)) {
    throw new TypeError(`${value} is outside the range of numbers that can be stored`);
  }
}

export function checkIncrement({ table, key, field, by = 1, below, ttl }: Increment): void {
  checkWrite({ table, update: key, add: { [field]: by }, set: ttl === undefined ? {} : { ttl } });
  if (below !== undefined) checkNumber(below);
}

export function checkQuery({ table, index, pk, prefix, from, to, limit }: Query): void {
  checkKeyPart('pk', pk, limits.pk);
  for (const bound of [prefix, from, to]) if (bound) checkKeyPart('a bound', bound, limits.sk);
  const indexes: readonly string[] = tables[table].indexes;
  if (index !== undefined && !indexes.includes(index)) throw new TypeError(`${table} has no index ${index}`);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new TypeError('limit must be a positive integer');
}
