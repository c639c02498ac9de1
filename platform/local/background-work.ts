import { setTimeout as sleep } from 'node:timers/promises';
import type { BackgroundId } from '../../contract/resources.ts';
import type { Background } from '../background.ts';

export type Work = (payload: { readonly [name: string]: string }) => Promise<unknown>;

/** As many as Lambda makes. */
const attempts = 3;
const retryMs = 1_000;

/** Background work in this process. If the process ends first, the next start closes the unfinished work. */
export class BackgroundWork implements Background {
  readonly #load: (operationId: BackgroundId) => Promise<Work>;
  readonly #running = new Set<Promise<void>>();

  constructor(load: (operationId: BackgroundId) => Promise<Work>) {
    this.#load = load;
  }

  async begin(operationId: BackgroundId, payload: { readonly [name: string]: string }): Promise<void> {
    const work = await this.#load(operationId);
    const running = this.#run(() => work(payload)).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** What is thrown was logged by the function itself. */
  async #run(work: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        await work();
        return;
      } catch {
        await sleep(retryMs, undefined, { ref: false });
      }
    }
  }
}
