import type { OpenedRequest } from '../../crypto/zk/sealed-box.ts';
import type { JobResult, OutputChunk } from '../protocol/job.ts';
import { Replies } from './replies.ts';
import { Replayed } from './runner.ts';

/** How long the replies to an ended run are kept for their reader. */
const keepMs = 15 * 60_000;
/** Maximum size of the replies to all ended runs. The oldest are discarded first. */
const keepBytes = 64 * 1024 * 1024;

export type KeptRun = {
  readonly replies: Replies;
  /** Rejects if the run was refused or lost. */
  readonly ended: Promise<JobResult>;
};

/** Runs whose replies may still be requested: running ones, and ended ones that were not acknowledged yet. */
export class KeptRuns {
  readonly #runs = new Map<string, KeptRun>();
  /** Timers that discard the ended runs, the oldest first. */
  readonly #ended = new Map<string, NodeJS.Timeout>();
  readonly #keepBytes: number;

  constructor(bytes = keepBytes) {
    this.#keepBytes = bytes;
  }

  /** @throws Replayed */
  start(
    executionId: string,
    seal: Pick<OpenedRequest, 'sealNext' | 'sealReply'>,
    run: (onOutput: (chunk: OutputChunk) => void) => Promise<JobResult>,
  ): KeptRun {
    if (this.#runs.has(executionId)) throw new Replayed('this execution was already run');
    const replies = new Replies(seal);
    const ended = run((chunk) => replies.output(chunk)).then(
      (result) => {
        replies.end(result);
        this.#onEnd(executionId);
        return result;
      },
      (error: unknown) => {
        replies.fail(error);
        this.#onEnd(executionId);
        throw error;
      },
    );
    // Its caller may have stopped waiting.
    ended.catch(() => undefined);
    const kept = { replies, ended };
    this.#runs.set(executionId, kept);
    return kept;
  }

  get(executionId: string): KeptRun | undefined {
    return this.#runs.get(executionId);
  }

  /** Discards a run that has ended. A running one is kept, because no one knows its result yet. */
  discard(executionId: string): void {
    const timer = this.#ended.get(executionId);
    if (!timer) return;
    clearTimeout(timer);
    this.#ended.delete(executionId);
    this.#runs.delete(executionId);
  }

  #onEnd(executionId: string): void {
    this.#ended.set(executionId, setTimeout(() => this.discard(executionId), keepMs).unref());
    let bytes = 0;
    for (const id of [...this.#ended.keys()].reverse()) {
      bytes += this.#runs.get(id)?.replies.sizeBytes ?? 0;
      if (bytes > this.#keepBytes) this.discard(id);
    }
  }
}
