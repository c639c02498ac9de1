import type { OpenedRequest } from '../../crypto/zk/sealed-box.ts';
import type { JobResult, OutputChunk } from '../protocol/job.ts';
import { Replies } from './replies.ts';
import { Replayed } from './runner.ts';

/** How long the replies of a run that has ended are kept for whoever was to fetch them. */
const keepMs = 15 * 60_000;
/** Of all runs that have ended; the oldest go first. */
const keepBytes = 64 * 1024 * 1024;

export type KeptRun = {
  readonly replies: Replies;
  /** Rejects where the run was refused or lost. */
  readonly ended: Promise<JobResult>;
};

/** Runs whose replies somebody may still ask for: those that go on, and those that ended and were not fetched yet. */
export class KeptRuns {
  readonly #runs = new Map<string, KeptRun>();
  /** Those that have ended, the oldest first, with what ends their time. */
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
    // Nobody may be waiting for it any more.
    ended.catch(() => undefined);
    const kept = { replies, ended };
    this.#runs.set(executionId, kept);
    return kept;
  }

  get(executionId: string): KeptRun | undefined {
    return this.#runs.get(executionId);
  }

  /** Lets go of a run that has ended. One that goes on is kept: its end is not known to anybody yet. */
  forget(executionId: string): void {
    const timer = this.#ended.get(executionId);
    if (!timer) return;
    clearTimeout(timer);
    this.#ended.delete(executionId);
    this.#runs.delete(executionId);
  }

  #onEnd(executionId: string): void {
    this.#ended.set(executionId, setTimeout(() => this.forget(executionId), keepMs).unref());
    let bytes = 0;
    for (const id of [...this.#ended.keys()].reverse()) {
      bytes += this.#runs.get(id)?.replies.sizeBytes ?? 0;
      if (bytes > this.#keepBytes) this.forget(id);
    }
  }
}
