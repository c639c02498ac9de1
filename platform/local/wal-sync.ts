import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export type DiskSync = {
  /** Resolves when all that is committed by now is on the disk. */
  sync(): Promise<void>;
  syncNow(): void;
};

/** Nothing of a database in memory is ever on a disk. */
export const noDisk: DiskSync = { sync: async () => undefined, syncNow: () => undefined };

const sync = promisify(fdatasync);

/**
 * Syncs the write-ahead log of an open SQLite database, without making anybody wait who does not ask for it. SQLite's
 * own sync (`synchronous = FULL`) keeps its caller, here the whole process, waiting in every commit; with `NORMAL` it
 * syncs the log before it moves it into the database, and leaves the rest to this. A commit is in the log when it
 * returns, and a log that is synced has all commits before it.
 */
export class WalSync implements DiskSync {
  readonly #log: number;
  #running = 0;
  #closed = false;

  /** @param path of the database, which has its log beside it */
  constructor(path: string) {
    this.#log = openSync(`${path}-wal`, 'r+');
    // That there is a log at all is written in the folder.
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

  /** Its number must not become another file's while it is being synced. */
  #release(): void {
    if (this.#closed && this.#running === 0) closeSync(this.#log);
  }
}
