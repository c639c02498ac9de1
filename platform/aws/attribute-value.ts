import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, Value } from '../table.ts';

type AttributeValues = Record<string, AttributeValue>;

/** Converts a value to an `AttributeValue` of DynamoDB's API. Arrays become lists, never sets. */
export function toAttributeValue(value: Value): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value)) return { L: value.map(toAttributeValue) };
  return { M: toAttributeValues(value as { readonly [name: string]: Value }) };
}

export function toAttributeValues(map: { readonly [name: string]: Value }): AttributeValues {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, toAttributeValue(value)]));
}

export function fromItem(attributes: AttributeValues): Item {
  return fromAttributeValues(attributes) as Item;
}

function fromAttributeValues(map: AttributeValues): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, fromAttributeValue(value)]));
}

function fromAttributeValue(value: AttributeValue): Value {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.B !== undefined) return value.B;
  if (value.L !== undefined) return value.L.map(fromAttributeValue);
  if (value.M !== undefined) return fromAttributeValues(value.M);
  throw new TypeError('the table contains a value of a type that this program never writes');
}
