import { createHash, randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  bareEtag,
  checkList,
  checkObjectKey,
  checkPartNumber,
  checkPartOrder,
  checkRange,
  decodeListCursor,
  encodeListCursor,
  partLimits,
} from '../object-rules.ts';
import {
  type ByteRange,
  InvalidPart,
  ObjectDamaged,
  type ObjectInfo,
  ObjectNotFound,
  type Objects,
  type StoredObject,
  type UploadedPart,
} from '../objects.ts';
import { Blobs } from './blobs.ts';
import { ObjectIndex, type OpenObject, type Part, type Piece } from './object-index.ts';
import { type ObjectRight, readObjectPath, signObjectPath } from './object-urls.ts';
import { serveObject } from './serve-object.ts';

/** An incomplete upload is aborted after a week, as the lifecycle rule of the bucket does. */
const uploadDays = 7;

type Options = {
  /** Returns the URL at which `handle` is reachable, such as `http://127.0.0.1:8787`. */
  readonly baseUrl: () => string;
  /** At least 32 random bytes. Another key invalidates all URLs. */
  readonly signingKey: Uint8Array;
};

/**
 * `Objects` on files: one folder holds the bytes under random names, an index next to it says what they are. Bytes are
 * on the disk before the index names them, so a crash leaves the old object or the whole new one.
 */
export class FileObjects implements Objects {
  readonly #folder: string;
  readonly #blobs: Blobs;
  readonly #index: ObjectIndex;
  readonly #options: Options;

  /** @throws Error if another process has the folder open */
  constructor(folder: string, options: Options) {
    if (options.signingKey.length < 32) throw new TypeError('the signing key must have at least 32 bytes');
    this.#folder = folder;
    this.#options = options;
    this.#blobs = new Blobs(join(folder, 'blobs'));
    this.#index = new ObjectIndex(join(folder, 'index.db'));
    this.#blobs.sweep((name) => this.#index.hasBlob(name));
  }

  async put(key: string, body: Uint8Array, { ifAbsent = false } = {}): Promise<boolean> {
    checkObjectKey(key);
    const { name: blob, sizeBytes, sha256 } = await this.#blobs.write([body]);
    const replaced = this.#index.put(key, sha256, [{ blob, sizeBytes }], ifAbsent);
    await this.#remove(replaced ?? [blob]);
    return replaced !== undefined;
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    if (range) checkRange(range);
    for (;;) {
      const object = this.open(key);
      if (!object) return undefined;
      const { sizeBytes, etag } = object;
      const end = Math.min(sizeBytes, (range?.end ?? sizeBytes) + 1);
      try {
        return {
          body: await buffer(object.read(range?.start ?? 0, end)),
          sizeBytes,
          etag,
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        if (!object.isReplaced())
          throw new ObjectDamaged('the file of an object is missing', { cause: error });
      }
    }
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    await this.#remove(this.#index.delete(key));
  }

  async list(query: { readonly prefix: string; readonly limit: number; readonly cursor?: string }) {
    checkList(query);
    const { prefix, limit, cursor } = query;
    const after = cursor === undefined ? '' : decodeListCursor(cursor, prefix);
    const found: ObjectInfo[] = this.#index.list(prefix, after, limit + 1);
    const objects = found.slice(0, limit);
    const last = objects.at(-1);
    return found.length > limit && last ? { objects, cursor: encodeListCursor(last.key) } : { objects };
  }

  async createUpload(key: string): Promise<{ readonly uploadId: string }> {
    checkObjectKey(key);
    const uploadId = randomUUID();
    this.#index.createUpload(uploadId, key);
    return { uploadId };
  }

  async signPart(key: string, uploadId: string, partNumber: number, seconds: number): Promise<string> {
    checkObjectKey(key);
    checkPartNumber(partNumber);
    return this.#sign({ method: 'PUT', key, uploadId, partNumber }, seconds);
  }

  async listParts(key: string, uploadId: string): Promise<readonly UploadedPart[]> {
    return this.#parts(key, uploadId).map(({ partNumber, etag, sizeBytes }) => ({
      partNumber,
      etag,
      sizeBytes,
    }));
  }

  async completeUpload(
    key: string,
    uploadId: string,
    named: readonly { readonly partNumber: number; readonly etag: string }[],
  ): Promise<void> {
    const uploaded = new Map(this.#parts(key, uploadId).map((part) => [part.partNumber, part]));
    checkPartOrder(named);
    const parts = named.map(({ partNumber, etag }, position) => {
      const part = uploaded.get(partNumber);
      if (part?.etag !== bareEtag(etag))
        throw new InvalidPart(`part ${partNumber} was not uploaded with this etag`);
      const isLast = position === named.length - 1;
      if (!isLast && part.sizeBytes < partLimits.smallestBytes)
        throw new InvalidPart(`part ${partNumber} is too small`);
      return part;
    });
    await this.#remove(this.#index.completeUpload(uploadId, key, etagOf(parts), parts));
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    this.#requireUpload(key, uploadId);
    await this.#remove(this.#index.deleteUpload(uploadId));
  }

  async signGet(key: string, seconds: number): Promise<string> {
    checkObjectKey(key);
    return this.#sign({ method: 'GET', key }, seconds);
  }

  async ping(): Promise<void> {
    this.#index.find('ping');
    await access(this.#folder);
  }

  /** Serves requests below `/objects/`: each `GET` or `PUT` that `signGet` or `signPart` signed. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const right = readObjectPath(
      this.#options.signingKey,
      request.method,
      request.url ?? '',
      Date.now() / 1000,
    );
    await serveObject(this, right, request, response);
  }

  /** Returns an object to read from, or `undefined` if it does not exist. */
  open(key: string): OpenObject | undefined {
    const entry = this.#index.find(key);
    if (!entry) return undefined;
    const pieces = this.#index.pieces(key);
    return {
      ...entry,
      read: (start, end) => this.#read(pieces, start, end),
      isReplaced: () => !pieces.every(({ blob }) => this.#index.hasBlob(blob)),
    };
  }

  /**
   * Stores one part of an upload, whole or not at all. Replaces a part with the same number.
   *
   * @returns the etag of the part
   * @throws ObjectNotFound, TooLarge
   */
  async putPart(
    key: string,
    uploadId: string,
    partNumber: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    this.#requireUpload(key, uploadId);
    const { name: blob, sizeBytes, sha256: etag } = await this.#blobs.write(body, partLimits.largestBytes);
    const replaced = this.#index.putPart(uploadId, key, { partNumber, blob, etag, sizeBytes });
    await this.#remove(replaced ?? [blob]);
    // The upload was completed or aborted while the part arrived.
    if (!replaced) throw noSuchUpload();
    return etag;
  }

  /** Aborts uploads that were not completed in time. Returns how many. */
  async sweep(): Promise<number> {
    const uploads = this.#index.uploadsBefore(new Date(Date.now() - uploadDays * 86_400_000));
    for (const uploadId of uploads) await this.#remove(this.#index.deleteUpload(uploadId));
    return uploads.length;
  }

  close(): void {
    this.#index.close();
  }

  async *#read(pieces: readonly Piece[], start: number, end: number): AsyncGenerator<Uint8Array> {
    for (const { start: at, blob, sizeBytes } of pieces) {
      const from = Math.max(start, at);
      const to = Math.min(end, at + sizeBytes);
      if (from < to) yield* this.#blobs.read(blob, from - at, to - from);
    }
  }

  async #remove(blobs: readonly string[]): Promise<void> {
    await Promise.all(blobs.map((blob) => this.#blobs.remove(blob)));
  }

  #sign(right: ObjectRight, seconds: number): string {
    const expires = Math.floor(Date.now() / 1000) + seconds;
    return `${this.#options.baseUrl()}${signObjectPath(this.#options.signingKey, right, expires)}`;
  }

  #parts(key: string, uploadId: string): Part[] {
    this.#requireUpload(key, uploadId);
    return this.#index.parts(uploadId);
  }

  #requireUpload(key: string, uploadId: string): void {
    if (!this.#index.hasUpload(uploadId, key)) throw noSuchUpload();
  }
}

const noSuchUpload = () => new ObjectNotFound('the upload does not exist');

/** Returns a hash of the hashes of the parts, as S3 does, so that completing an upload does not read its bytes. */
function etagOf(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}
