/** Inclusive byte positions, as in an HTTP `Range`; `end` beyond the object means its last byte. */
export type ByteRange = { readonly start: number; readonly end?: number };

export type StoredObject = {
  readonly body: Uint8Array;
  /** Size of the whole object, also where only a range was read. */
  readonly sizeBytes: number;
  readonly etag: string;
};

export type ObjectInfo = { readonly key: string; readonly sizeBytes: number; readonly modifiedAt: Date };

export type UploadedPart = { readonly partNumber: number; readonly etag: string; readonly sizeBytes: number };

/**
 * An object store: ciphertext by key. Keys are 1 to 1,024 bytes of UTF-8 in `A-Z a-z 0-9 . _ - /`, with no empty,
 * `.` or `..` segment.
 *
 * An object is seen whole or not at all; a read after a finished write sees it. Multi-part uploads follow S3:
 * parts 1 to 10,000, each but the last at least 5 MiB, nothing visible before `completeUpload`.
 * Signed URLs carry their own right, expire after `seconds`, and are good for one method on one key.
 *
 * @throws InvalidObjectKey, ObjectNotFound (upload unknown), InvalidPart (a part named in `completeUpload` is
 *   missing, has another etag, or is too small), ObjectDamaged by reads
 */
export interface Objects {
  /** With `ifAbsent`, `false` where the key is taken; nothing is replaced then. */
  put(key: string, body: Uint8Array, options?: { readonly ifAbsent?: boolean }): Promise<boolean>;
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  list(query: { readonly prefix: string; readonly limit: number; readonly cursor?: string }): Promise<{
    readonly objects: readonly ObjectInfo[];
    readonly cursor?: string;
  }>;

  createUpload(key: string): Promise<{ readonly uploadId: string }>;
  /** URL to `PUT` one part to; the answer's `ETag` header names it in `completeUpload`. */
  signPart(key: string, uploadId: string, partNumber: number, seconds: number): Promise<string>;
  listParts(key: string, uploadId: string): Promise<readonly UploadedPart[]>;
  completeUpload(
    key: string,
    uploadId: string,
    parts: readonly { readonly partNumber: number; readonly etag: string }[],
  ): Promise<void>;
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** URL to `GET` the object from; honours `Range`. */
  signGet(key: string, seconds: number): Promise<string>;

  /** Rejects where the store does not answer. */
  ping(): Promise<void>;
}

export class InvalidObjectKey extends Error {
  override readonly name = 'InvalidObjectKey';
}

export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound';
}

/** What is stored is gone, or shorter than it was written: a fault of the store, or of whoever changed it. */
export class ObjectDamaged extends Error {
  override readonly name = 'ObjectDamaged';
}

export class InvalidPart extends Error {
  override readonly name = 'InvalidPart';
}
