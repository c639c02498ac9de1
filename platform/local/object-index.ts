import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import type { ObjectInfo, UploadedPart } from '../objects.ts';

export type ObjectEntry = { readonly sizeBytes: number; readonly etag: string; readonly modifiedAt: Date };

/** A range of an object: the `sizeBytes` bytes from `start` on are the content of a blob. */
export type Piece = { readonly start: number; readonly blob: string; readonly sizeBytes: number };

export type Part = UploadedPart & { readonly blob: string };

const layout = `
  CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY, sizeBytes INTEGER NOT NULL, etag TEXT NOT NULL, modifiedAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pieces (
    key TEXT NOT NULL REFERENCES objects ON DELETE CASCADE,
    start INTEGER NOT NULL, blob TEXT NOT NULL UNIQUE, sizeBytes INTEGER NOT NULL,
    PRIMARY KEY (key, start)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (
    uploadId TEXT PRIMARY KEY, key TEXT NOT NULL, createdAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parts (
    uploadId TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE,
    partNumber INTEGER NOT NULL, blob TEXT NOT NULL UNIQUE, etag TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    PRIMARY KEY (uploadId, partNumber)
  ) STRICT, WITHOUT ROWID;
`;

type Row = Record<string, SQLOutputValue>;

/**
 * Records which blobs make up which object. An object exists once the commit of its entry is synced. Methods that
 * replace or remove entries return the blobs that are no longer referenced.
 */
export class ObjectIndex {
  readonly #db: DatabaseSync;

  /** @throws Error if another process has the index open: each would delete the blobs of the other */
  constructor(path: string) {
    closeSync(openSync(path, 'a', 0o600));
    this.#db = new DatabaseSync(path, { enableForeignKeyConstraints: true });
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      this.#db.exec(`PRAGMA fullfsync = ON; BEGIN IMMEDIATE; ${layout} COMMIT`);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  find(key: string): ObjectEntry | undefined {
    const row = this.#all('SELECT sizeBytes, etag, modifiedAt FROM objects WHERE key = ?', key)[0];
    return row && (toDates(row) as ObjectEntry);
  }

  /** Returns the pieces in order. They leave no gaps. */
  pieces(key: string): Piece[] {
    return this.#all(
      'SELECT start, blob, sizeBytes FROM pieces WHERE key = ? ORDER BY start',
      key,
    ) as Piece[];
  }

  /** Returns the replaced blobs, or `undefined` if `ifAbsent` is set and the key exists. */
  put(
    key: string,
    etag: string,
    blobs: readonly Omit<Piece, 'start'>[],
    ifAbsent: boolean,
  ): string[] | undefined {
    return this.#transaction(() => {
      if (ifAbsent && this.find(key)) return undefined;
      return this.#put(key, etag, blobs);
    });
  }

  delete(key: string): string[] {
    return this.#transaction(() => this.#delete(key));
  }

  list(prefix: string, after: string, limit: number): ObjectInfo[] {
    // Keys are ASCII, so every key with the prefix sorts before the prefix followed by U+007F.
    const sql =
      'SELECT key, sizeBytes, modifiedAt FROM objects WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?';
    return this.#all(sql, prefix, `${prefix}\u007f`, after, limit).map(toDates) as ObjectInfo[];
  }

  createUpload(uploadId: string, key: string): void {
    this.#run('INSERT INTO uploads VALUES (?, ?, ?)', uploadId, key, Date.now());
  }

  hasUpload(uploadId: string, key: string): boolean {
    return this.#all('SELECT 1 FROM uploads WHERE uploadId = ? AND key = ?', uploadId, key).length > 0;
  }

  /** Returns the blob of the part that was replaced, or `undefined` if the upload does not exist. */
  putPart(uploadId: string, key: string, { partNumber, blob, etag, sizeBytes }: Part): string[] | undefined {
    return this.#transaction(() => {
      if (!this.hasUpload(uploadId, key)) return undefined;
      const replaced = this.#all(
        'DELETE FROM parts WHERE uploadId = ? AND partNumber = ? RETURNING blob',
        uploadId,
        partNumber,
      );
      this.#run('INSERT INTO parts VALUES (?, ?, ?, ?, ?)', uploadId, partNumber, blob, etag, sizeBytes);
      return blobsOf(replaced);
    });
  }

  parts(uploadId: string): Part[] {
    const sql = 'SELECT partNumber, blob, etag, sizeBytes FROM parts WHERE uploadId = ? ORDER BY partNumber';
    return this.#all(sql, uploadId) as Part[];
  }

  /** Makes the parts the content of the object. Returns the blobs of other uploaded parts and of the old object. */
  completeUpload(uploadId: string, key: string, etag: string, parts: readonly Part[]): string[] {
    return this.#transaction(() => {
      const named = new Set(parts.map(({ blob }) => blob));
      const unused = this.#deleteUpload(uploadId).filter((blob) => !named.has(blob));
      return [...unused, ...this.#put(key, etag, parts)];
    });
  }

  deleteUpload(uploadId: string): string[] {
    return this.#transaction(() => this.#deleteUpload(uploadId));
  }

  uploadsBefore(time: Date): string[] {
    const rows = this.#all('SELECT uploadId FROM uploads WHERE createdAt < ?', time.getTime());
    return rows.map(({ uploadId }) => uploadId as string);
  }

  hasBlob(blob: string): boolean {
    const sql = 'SELECT 1 FROM pieces WHERE blob = ? UNION ALL SELECT 1 FROM parts WHERE blob = ?';
    return this.#all(sql, blob, blob).length > 0;
  }

  close(): void {
    this.#db.close();
  }

  #put(key: string, etag: string, blobs: readonly Omit<Piece, 'start'>[]): string[] {
    const replaced = this.#delete(key);
    const size = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#run('INSERT INTO objects VALUES (?, ?, ?, ?)', key, size, etag, Date.now());
    let start = 0;
    for (const { blob, sizeBytes } of blobs) {
      this.#run('INSERT INTO pieces VALUES (?, ?, ?, ?)', key, start, blob, sizeBytes);
      start += sizeBytes;
    }
    return replaced;
  }

  #delete(key: string): string[] {
    const blobs = this.#all('DELETE FROM pieces WHERE key = ? RETURNING blob', key);
    this.#run('DELETE FROM objects WHERE key = ?', key);
    return blobsOf(blobs);
  }

  #deleteUpload(uploadId: string): string[] {
    const blobs = this.#all('DELETE FROM parts WHERE uploadId = ? RETURNING blob', uploadId);
    this.#run('DELETE FROM uploads WHERE uploadId = ?', uploadId);
    return blobsOf(blobs);
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#db.prepare(sql).all(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#db.prepare(sql).run(...values);
  }
}

function toDates(row: Row) {
  return { ...row, modifiedAt: new Date(row.modifiedAt as number) };
}

function blobsOf(rows: readonly Row[]): string[] {
  return rows.map(({ blob }) => blob as string);
}

/** A snapshot of an object at the time it was opened. */
export type OpenObject = ObjectEntry & {
  /** Yields the bytes from `start` up to `end`, exclusive. @throws ENOENT after the object was replaced or deleted */
  read(start: number, end: number): AsyncGenerator<Uint8Array>;
  isReplaced(): boolean;
};
