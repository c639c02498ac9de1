import type { Query } from './table.ts';

/** Sort keys from `lower` on, up to and with `upper`, before `end`; each bound is optional. */
export type SortKeyRange = { readonly lower?: string; readonly upper?: string; readonly end?: string };

/** Order of sort keys: by their UTF-8 bytes, which is not the order of JavaScript's `<` (UTF-16 units). */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** The range that a query's `prefix`, `from` and `to` leave together, or `undefined` where it is empty. */
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
 * The first string after all that begin with `prefix`; none where the prefix is made of U+10FFFF alone.
 * UTF-8 bytes sort like code points, so the last code point that has a successor is counted up.
 */
function prefixEnd(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (codePoints.at(-1) === lastCodePoint) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return undefined;
  const afterSurrogates = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...codePoints, afterSurrogates);
}
