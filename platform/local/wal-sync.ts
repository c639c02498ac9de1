import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export type DiskSync = {
  /** Resolves when everything committed before the call is on the disk. */
  sync(): Promise<void>;
  syncNow(): void;
};

/** For a database in memory. */
export const noDisk: DiskSync = { sync: async () => undefined, syncNow: () => undefined };

const sync = promisify(fdatasync);

/**
 * Syncs the write-ahead log of an open SQLite database; only those who ask for a sync wait for it. With
 * `synchronous = FULL`, SQLite blocks its caller, here the whole process, in every commit. With `NORMAL`, SQLite syncs
 * the log only before it moves it into the database, and this class does the rest. A commit is in the log when it
 * returns, and a synced log contains all commits before the sync.
 */
export class WalSync implements DiskSync {
  readonly #log: number;
  #running = 0;
  #closed = false;

  /** @param path of the database; its log is in the same folder */
  constructor(path: string) {
    this.#log = openSync(`${path}-wal`, 'r+');
    // The folder holds the name of the log.
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  async sync(): Promise<void> {
    this.#running += 1;
    try {
      await sync(this.#log);
    } finally {
      this.#running -= 1;
      this.#release();
    }
  }

  syncNow(): void {
    fdatasyncSync(this.#log);
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** Closes the log once no sync runs: another file could reuse its descriptor during a sync. */
  #release(): void {
    if (this.#closed && this.#running === 0) closeSync(this.#log);
  }
}
