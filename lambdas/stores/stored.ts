import * as z from 'zod';
import { Tampered } from '../../crypto/errors.ts';
import type { Item, Page } from '../../platform/table.ts';

export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const Time = z.iso.datetime({ precision: 3 });

/**
 * Parses a stored item. The store is not trusted: a field that is missing, or that the server never writes, means
 * that the record was tampered with.
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

/** @throws Tampered if one of the items was tampered with */
export function parsePage<S extends z.ZodType>(schema: S, { items, cursor }: Page): StoredPage<z.output<S>> {
  return { items: items.map((item) => parseItem(schema, item)), ...(cursor && { cursor }) };
}
