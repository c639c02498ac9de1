import type { Query } from './table.ts';

/** Sort keys from `lower` (inclusive) to `upper` (inclusive) or `end` (exclusive). Each bound is optional. */
export type SortKeyRange = { readonly lower?: string; readonly upper?: string; readonly end?: string };

/** Compares sort keys by their UTF-8 bytes, unlike JavaScript's `<`, which compares UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Returns the range that `prefix`, `from` and `to` of a query define together, or `undefined` if it is empty. */
export function sortKeyRange({ prefix, from, to }: Query): SortKeyRange | undefined {
  const lower = from && prefix ? later(from, prefix) : from || prefix || undefined;
  const end = prefix ? prefixEnd(prefix) : undefined;
  if (to === '' || (lower && to !== undefined && compareUtf8(lower, to) > 0)) return undefined;
  if (lower && end && compareUtf8(lower, end) >= 0) return undefined;
  if (to !== undefined && (end === undefined || compareUtf8(to, end) < 0)) return { lower, upper: to };
  return { lower, end };
}

export function inRange(sk: string, { lower, upper, end }: SortKeyRange): boolean {
  return (
    (lower === undefined || compareUtf8(sk, lower) >= 0) &&
    (upper === undefined || compareUtf8(sk, upper) <= 0) &&
    (end === undefined || compareUtf8(sk, end) < 0)
  );
}

function later(a: string, b: string): string {
  return compareUtf8(a, b) > 0 ? a : b;
}

const lastCodePoint = 0x10ffff;

/**
 * Returns the first string after all strings that start with `prefix`, or `undefined` if the prefix consists of
 * U+10FFFF. UTF-8 bytes sort like code points, so it increments the last code point that has a successor.
 */
function prefixEnd(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (codePoints.at(-1) === lastCodePoint) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return undefined;
  const afterSurrogates = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...codePoints, afterSurrogates);
}
