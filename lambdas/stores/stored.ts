import * as z from 'zod';
import { Tampered } from '../../crypto/errors.ts';
import type { Item, Page } from '../../platform/table.ts';

export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const Time = z.iso.datetime({ precision: 3 });

/**
 * A record of the vault as it was written. What lies in the store is not trusted: a field that is missing, or that
 * no program of this project writes, is a record that was altered.
 *
 * @throws Tampered
 */
export function parseItem<S extends z.ZodType>(schema: S, item: Item): z.output<S>;
export function parseItem<S extends z.ZodType>(schema: S, item: Item | undefined): z.output<S> | undefined;
export function parseItem<S extends z.ZodType>(schema: S, item: Item | undefined): z.output<S> | undefined {
  if (item === undefined) return undefined;
  const { success, data } = schema.safeParse(item);
  if (!success) throw new Tampered();
  return data;
}

export type StoredPage<T> = { readonly items: readonly T[]; readonly cursor?: string };

/** @throws Tampered where one of them was altered */
export function parsePage<S extends z.ZodType>(schema: S, { items, cursor }: Page): StoredPage<z.output<S>> {
  return { items: items.map((item) => parseItem(schema, item)), ...(cursor && { cursor }) };
}
