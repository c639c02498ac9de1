import { type ByteRange, InvalidObjectKey, InvalidPart } from './objects.ts';
import { InvalidCursor } from './table.ts';

/** S3's limits ("Amazon S3 multipart upload limits"). */
export const partLimits = { lastNumber: 10_000, smallestBytes: 5 * 1024 ** 2, largestBytes: 5 * 1024 ** 3 };

const keyShape = /^[A-Za-z0-9._/-]{1,1024}$/;
const prefixShape = /^[A-Za-z0-9._/-]{0,1024}$/;
const largestPage = 1000;

/** @throws InvalidObjectKey */
export function checkObjectKey(key: string): void {
  const segments = key.split('/');
  if (!keyShape.test(key) || segments.some((segment) => ['', '.', '..'].includes(segment))) {
    throw new InvalidObjectKey(
      'an object key must be 1 to 1,024 characters of A-Z a-z 0-9 . _ - / without an empty, . or .. segment',
    );
  }
}

export function checkList({ prefix, limit }: { readonly prefix: string; readonly limit: number }): void {
  if (!prefixShape.test(prefix)) throw new InvalidObjectKey('the prefix cannot start an object key');
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > largestPage) {
    throw new TypeError(`limit must be an integer from 1 to ${largestPage}`);
  }
}

export function checkRange({ start, end = start }: ByteRange): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new TypeError('a range must start at a byte position and not end before it');
  }
}

export function checkPartNumber(partNumber: number): void {
  if (!Number.isSafeInteger(partNumber) || partNumber < 1 || partNumber > partLimits.lastNumber) {
    throw new TypeError(`a part number must be an integer from 1 to ${partLimits.lastNumber}`);
  }
}

/** @throws InvalidPart if the list is empty or not in ascending order */
export function checkPartOrder(parts: readonly { readonly partNumber: number }[]): void {
  if (parts.length === 0) throw new InvalidPart('an upload must have at least one part');
  parts.reduce((last, { partNumber }) => {
    if (partNumber <= last) throw new InvalidPart('parts must be listed in ascending order');
    return partNumber;
  }, 0);
}

/** Returns an entity tag without the quotes of its HTTP form (RFC 9110 section 8.8.3). */
export function bareEtag(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

/** Returns the cursor of a list: the last key of the previous page. */
export function encodeListCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** @throws InvalidCursor */
export function decodeListCursor(cursor: string, prefix: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!keyShape.test(key) || !key.startsWith(prefix))
    throw new InvalidCursor('the cursor belongs to another list');
  return key;
}
