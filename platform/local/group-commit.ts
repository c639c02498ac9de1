import type { DatabaseSync } from 'node:sqlite';
import type { Change } from './plan-transaction.ts';
import type { DiskSync } from './wal-sync.ts';

type Plan<T> = () => { readonly changes: readonly Change[]; readonly value: T };

type Job = {
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly durability: Durability;
};

/** `synced`: on the disk. `committed`: sooner, but a loss of power may undo it and everything after it. */
type Durability = 'synced' | 'committed';

/** A committed transaction whose caller is notified once it is on the disk. */
type Committed = Pick<Job, 'reject'> & { readonly settle: () => void };

/**
 * Puts all transactions that arrive in one turn of the event loop into one commit. All commits that arrive while the
 * disk is being synced share the next sync, for which nothing else has to wait. Each transaction is planned on the
 * state that those before it left. None is acknowledged before its commit is on the disk, unless its caller accepts
 * less.
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

  /** @param plan decides what to change; if it throws, only that transaction fails, and it changes nothing */
  add<T>(plan: Plan<T>, durability: Durability = 'synced'): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      const run = () => {
        const planned = attempt(plan);
        if ('error' in planned) return () => reject(planned.error);
        planned.changes.forEach(this.#apply);
        return () => resolve(planned.value);
      };
      this.#waiting.push({ run, reject, durability });
    });
  }

  /** Commits and syncs all waiting transactions before it returns. */
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
      for (const [position, { reject, durability }] of jobs.entries()) {
        const settle = settlements[position] as () => void;
        if (durability === 'synced') this.#committed.push({ settle, reject });
        else settle();
      }
    } catch (error) {
      // The write that failed may have been half of a transaction: no transaction of this commit is kept.
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
        // The system may have dropped what it could not write, and a later sync would not report it. So nothing more
        // is written until the database is opened again.
        this.#lost = new Error('the disk lost a write', { cause });
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
