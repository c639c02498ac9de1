import { setTimeout as after } from 'node:timers/promises';
import type { JobRecord } from '../../contract/define-job.ts';
import type { JobHandler } from '../../lambdas/pipeline/job-handler.ts';

/**
 * Runs each job that has a schedule for one machine: when it is constructed, and again and again in its interval.
 * No job overlaps itself. A run that fails is logged by its handler, and the next one is another attempt.
 */
export class JobTimers {
  readonly #stopping = new AbortController();
  readonly #loops: readonly Promise<void>[];

  constructor(jobs: readonly JobRecord[], load: (operationId: string) => Promise<JobHandler>) {
    this.#loops = jobs.flatMap(({ operationId, every }) =>
      every?.local === undefined ? [] : [this.#loop(() => load(operationId), every.local * 1000)],
    );
  }

  /** Resolves when no job runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(load: () => Promise<JobHandler>, everyMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const handler = await load();
    while (!signal.aborted) {
      await handler().catch(() => undefined);
      await after(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
