import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ObjectNotFound } from '../objects.ts';
import { TooLarge } from './blobs.ts';
import type { OpenObject } from './object-index.ts';
import type { ObjectRight } from './object-urls.ts';

type Store = {
  open(key: string): OpenObject | undefined;
  putPart(
    key: string,
    uploadId: string,
    partNumber: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<string>;
};

/** Objects are ciphertext, which a browser must not sniff, display or cache. */
const objectHeaders = {
  'Content-Type': 'application/octet-stream',
  'X-Content-Type-Options': 'nosniff',
  'Content-Disposition': 'attachment',
  'Cache-Control': 'no-store',
  'Accept-Ranges': 'bytes',
};

/** Responds with a status and bytes only: a refusal reveals neither its reason nor what is stored. */
export async function serveObject(
  store: Store,
  right: ObjectRight | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!right) refuse(request, response, 403);
    else if (right.method === 'GET') await sendObject(store.open(right.key), request, response);
    else await receivePart(store, right, request, response);
  } catch (error) {
    if (response.headersSent || request.destroyed) response.destroy();
    else refuse(request, response, statusOf(error));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof ObjectNotFound) return 404;
  return error instanceof TooLarge ? 413 : 500;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  // The connection could be reused only after reading the rest of the body.
  const headers = request.complete ? {} : { Connection: 'close' };
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end();
}

async function receivePart(
  store: Store,
  { key, uploadId, partNumber }: Extract<ObjectRight, { method: 'PUT' }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const etag = await store.putPart(key, uploadId, partNumber, request);
  response.writeHead(200, { ETag: `"${etag}"`, 'Content-Length': 0 }).end();
}

async function sendObject(
  object: OpenObject | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!object) return refuse(request, response, 404);
  const { sizeBytes, etag } = object;
  const range = parseRange(request.headers.range, sizeBytes);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${sizeBytes}`, 'Content-Length': 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  response.writeHead(range ? 206 : 200, {
    ...objectHeaders,
    ETag: `"${etag}"`,
    'Content-Length': end - start,
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
  });
  await pipeline(Readable.from(object.read(start, end)), response);
}

type Range = { readonly start: number; readonly end: number };

/**
 * Parses one range (RFC 9110 section 14.1.2), `end` exclusive. An invalid range is ignored, and so are several ranges,
 * as section 14.2 permits.
 */
function parseRange(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1], match[2]];
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Number(last) + 1;
  if (end <= start && last !== '') return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size) };
}
