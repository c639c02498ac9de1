/** Inclusive byte positions, as in an HTTP `Range`. An `end` beyond the object means its last byte. */
export type ByteRange = { readonly start: number; readonly end?: number };

export type StoredObject = {
  readonly body: Uint8Array;
  /** Size of the whole object, even if only a range was read. */
  readonly sizeBytes: number;
  readonly etag: string;
};

export type ObjectInfo = { readonly key: string; readonly sizeBytes: number; readonly modifiedAt: Date };

export type UploadedPart = { readonly partNumber: number; readonly etag: string; readonly sizeBytes: number };

/**
 * An object store: ciphertext by key. Keys are 1 to 1,024 bytes of UTF-8 in `A-Z a-z 0-9 . _ - /`, without an empty,
 * `.` or `..` segment.
 *
 * Readers see an object whole or not at all, and always after its write has finished. Multi-part uploads follow S3:
 * parts 1 to 10,000, each except the last with at least 5 MiB, nothing visible before `completeUpload`. Signed URLs
 * need no other credentials, expire after `seconds`, and permit one method on one key.
 *
 * @throws InvalidObjectKey, ObjectNotFound (unknown upload), InvalidPart (a part listed in `completeUpload` is missing,
 *   has another etag, or is too small), ObjectDamaged by reads
 */
export interface Objects {
  /** With `ifAbsent`, returns `false` and replaces nothing if the key exists. */
  put(key: string, body: Uint8Array, options?: { readonly ifAbsent?: boolean }): Promise<boolean>;
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>;
  /** Deleting a missing object succeeds. */
  delete(key: string): Promise<void>;
  list(query: { readonly prefix: string; readonly limit: number; readonly cursor?: string }): Promise<{
    readonly objects: readonly ObjectInfo[];
    readonly cursor?: string;
  }>;

  createUpload(key: string): Promise<{ readonly uploadId: string }>;
  /** Returns a URL to `PUT` one part to. The `ETag` header of the response identifies the part in `completeUpload`. */
  signPart(key: string, uploadId: string, partNumber: number, seconds: number): Promise<string>;
  listParts(key: string, uploadId: string): Promise<readonly UploadedPart[]>;
  completeUpload(
    key: string,
    uploadId: string,
    parts: readonly { readonly partNumber: number; readonly etag: string }[],
  ): Promise<void>;
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** Returns a URL to `GET` the object from. It supports `Range`. */
  signGet(key: string, seconds: number): Promise<string>;

  /** Rejects if the store does not respond. */
  ping(): Promise<void>;
}

export class InvalidObjectKey extends Error {
  override readonly name = 'InvalidObjectKey';
}

export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound';
}

/** The stored bytes are missing or truncated: the store failed, or someone changed its files. */
export class ObjectDamaged extends Error {
  override readonly name = 'ObjectDamaged';
}

export class InvalidPart extends Error {
  override readonly name = 'InvalidPart';
}
