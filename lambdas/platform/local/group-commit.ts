import type { DatabaseSync } from 'node:sqlite';
import type { Change } from './plan.ts';

type Plan<T> = () => { readonly changes: readonly Change[]; readonly value: T };

type Job = { readonly run: () => () => void; readonly reject: (error: unknown) => void };

/**
 * Lets all transactions that arrive in one turn of the event loop share one commit, and so one sync of the disk.
 * Each is planned on what those before it left; none is acknowledged before the commit has returned.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #apply: (change: Change) => void;
  #waiting: Job[] = [];

  constructor(db: DatabaseSync, apply: (change: Change) => void) {
    this.#db = db;
    this.#apply = apply;
  }

  /** @param plan decides what to change; where it throws, that transaction alone fails and changes nothing */
  add<T>(plan: Plan<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      const run = () => {
        const planned = attempt(plan);
        if ('error' in planned) return () => reject(planned.error);
        planned.changes.forEach(this.#apply);
        return () => resolve(planned.value);
      };
      this.#waiting.push({ run, reject });
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    const jobs = this.#waiting;
    if (jobs.length === 0) return;
    this.#waiting = [];
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const settlements = jobs.map(({ run }) => run());
      this.#db.exec('COMMIT');
      for (const settle of settlements) settle();
    } catch (error) {
      // A write that the disk refused may be half of a transaction: nobody's of this commit is kept.
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const { reject } of jobs) reject(error);
    }
  }
}

function attempt<T>(plan: Plan<T>): ReturnType<Plan<T>> | { readonly error: unknown } {
  try {
    return plan();
  } catch (error) {
    return { error };
  }
}
