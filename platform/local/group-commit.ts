import type { DatabaseSync } from 'node:sqlite';
import type { Change } from './plan-transaction.ts';
import type { DiskSync } from './wal-sync.ts';

type Plan<T> = () => { readonly changes: readonly Change[]; readonly value: T };

type Job = {
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly when: Acknowledged;
};

/** `synced`: on the disk. `committed`: sooner; a loss of power may take it back, and all that came after it with it. */
type Acknowledged = 'synced' | 'committed';

/** What is committed, and told to its caller when it is on the disk. */
type Committed = Pick<Job, 'reject'> & { readonly settle: () => void };

/**
 * Lets all transactions that arrive in one turn of the event loop share one commit, and all commits that come while
 * the disk is being synced share the next sync, which nothing else has to wait for. Each transaction is planned on what
 * those before it left; none is acknowledged before its commit is on the disk, unless its caller is content with less.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #apply: (change: Change) => void;
  readonly #disk: DiskSync;
  #waiting: Job[] = [];
  #committed: Committed[] = [];
  #syncing = false;
  #lost: Error | undefined;

  constructor(db: DatabaseSync, apply: (change: Change) => void, disk: DiskSync) {
    this.#db = db;
    this.#apply = apply;
    this.#disk = disk;
  }

  /** @param plan decides what to change; where it throws, that transaction alone fails and changes nothing */
  add<T>(plan: Plan<T>, when: Acknowledged = 'synced'): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      const run = () => {
        const planned = attempt(plan);
        if ('error' in planned) return () => reject(planned.error);
        planned.changes.forEach(this.#apply);
        return () => resolve(planned.value);
      };
      this.#waiting.push({ run, reject, when });
    });
  }

  /** Commits what waits and has it on the disk, now. */
  close(): void {
    this.#commit();
    const committed = this.#committed;
    this.#committed = [];
    try {
      this.#disk.syncNow();
      for (const { settle } of committed) settle();
    } catch (error) {
      for (const { reject } of committed) reject(error);
    }
  }

  #flush(): void {
    this.#commit();
    if (!this.#syncing && this.#committed.length > 0) void this.#sync();
  }

  #commit(): void {
    const jobs = this.#waiting;
    if (jobs.length === 0) return;
    this.#waiting = [];
    try {
      if (this.#lost) throw this.#lost;
      this.#db.exec('BEGIN IMMEDIATE');
      const settlements = jobs.map(({ run }) => run());
      this.#db.exec('COMMIT');
      for (const [position, { reject, when }] of jobs.entries()) {
        const settle = settlements[position] as () => void;
        if (when === 'synced') this.#committed.push({ settle, reject });
        else settle();
      }
    } catch (error) {
      // A write that the disk refused may be half of a transaction: nobody's of this commit is kept.
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const { reject } of jobs) reject(error);
    }
  }

  async #sync(): Promise<void> {
    this.#syncing = true;
    while (this.#committed.length > 0) {
      const committed = this.#committed;
      this.#committed = [];
      try {
        await this.#disk.sync();
        for (const { settle } of committed) settle();
      } catch (cause) {
        // The system may have dropped what it could not write, so that no later sync would tell: nothing is written
        // on top of it until the database was opened anew.
        this.#lost = new Error('the disk has lost a write', { cause });
        for (const { reject } of committed) reject(this.#lost);
      }
    }
    this.#syncing = false;
  }
}

function attempt<T>(plan: Plan<T>): ReturnType<Plan<T>> | { readonly error: unknown } {
  try {
    return plan();
  } catch (error) {
    return { error };
  }
}
