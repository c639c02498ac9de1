import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed URL permits: reading one object, or putting one part of one upload. */
export type ObjectRight =
  | { readonly method: 'GET'; readonly key: string }
  | { readonly method: 'PUT'; readonly key: string; readonly uploadId: string; readonly partNumber: number };

export const objectsPath = '/objects/';

/**
 * Returns the path and query of a signed URL. Object keys need no escaping.
 *
 * @param expires epoch seconds
 */
export function signObjectPath(signingKey: Uint8Array, right: ObjectRight, expires: number): string {
  const query = new URLSearchParams(partParameters(right));
  query.set('expires', String(expires));
  query.set('signature', signature(signingKey, right, expires).toString('base64url'));
  return `${objectsPath}${right.key}?${query}`;
}

/**
 * Returns the right that a URL grants now, or `undefined` if it was not signed with this key, was modified or has
 * expired.
 */
export function readObjectPath(
  signingKey: Uint8Array,
  method: string | undefined,
  path: string,
  now: number,
): ObjectRight | undefined {
  const [pathname = '', query = ''] = path.split('?', 2);
  if (!pathname.startsWith(objectsPath)) return undefined;
  const parameters = new URLSearchParams(query);
  const key = pathname.slice(objectsPath.length);
  const expires = Number(parameters.get('expires'));
  const right = toRight(method, key, parameters);
  if (!right) return undefined;
  const expected = signature(signingKey, right, expires);
  const presented = Buffer.from(parameters.get('signature') ?? '', 'base64url');
  const isValid = presented.length === expected.length && timingSafeEqual(presented, expected);
  return isValid && now < expires ? right : undefined;
}

function toRight(
  method: string | undefined,
  key: string,
  parameters: URLSearchParams,
): ObjectRight | undefined {
  if (method === 'GET') return { method, key };
  if (method !== 'PUT') return undefined;
  return {
    method,
    key,
    uploadId: parameters.get('uploadId') ?? '',
    partNumber: Number(parameters.get('partNumber')),
  };
}

function partParameters(right: ObjectRight): Record<string, string> {
  return right.method === 'PUT' ? { uploadId: right.uploadId, partNumber: String(right.partNumber) } : {};
}

function signature(signingKey: Uint8Array, right: ObjectRight, expires: number): Buffer {
  const part = right.method === 'PUT' ? [right.uploadId, right.partNumber] : [];
  const signed = JSON.stringify(['strongroom object url 1', right.method, right.key, expires, ...part]);
  return createHmac('sha256', signingKey).update(signed).digest();
}
