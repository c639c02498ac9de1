import type { Job, JobResult, OutputChunk } from '../sandbox-image/protocol/job.ts';

/** Who a sandbox is leased to. It never runs a job of another user afterwards. */
export type Tenant = { readonly userId: string; readonly orgId: string };
export type RunOptions = {
  /** Called in order, each time before `run` resolves. What it throws is the end of the call, not of the run. */
  readonly onOutput?: (chunk: OutputChunk) => void;
};

/** A run that goes on without its caller. */
export type Detached = {
  /** What opens the replies of the sandbox, 44 bytes, as secret as they are. */
  readonly repliesSecret: Uint8Array;
};

export type AttachOptions = RunOptions & {
  /** Ends the call, not the run. */
  readonly signal?: AbortSignal;
};
export type Lease = {
  readonly sandboxId: string;
  /** X-Wing; of the key that jobs and passwords are sealed to. */
  readonly publicKey: Uint8Array;
  /** Seals the job to the sandbox's own key; only the sandbox reads it, only the caller reads the result. */
  run(job: Job, options?: RunOptions): Promise<JobResult>;
  /** As `run`, but a job that has not ended within `waitMs` is handed over: it goes on, for `attach` and `poll`. */
  runOrDetach(job: Job, waitMs: number): Promise<JobResult | Detached>;
  /**
   * The result of a run that was handed over, with all its output from the start. Any number may read it, at once or
   * after one another.
   *
   * @throws RunLost, SandboxLost where the connection broke; the run may go on then
   */
  attach(executionId: string, repliesSecret: Uint8Array, options?: AttachOptions): Promise<JobResult>;
  /** As `attach`, but what is there by now: `undefined` while the program runs. */
  poll(executionId: string, repliesSecret: Uint8Array, options?: RunOptions): Promise<JobResult | undefined>;
  /** The result of a run that was handed over is stored: the sandbox lets go of it. */
  ack(executionId: string): Promise<void>;
  /** Ends a running job; its `run` then resolves with status `killed`. */
  stop(executionId: string): Promise<void>;
  /** The caller is done; the sandbox stays with its tenant until it is retired. */
  release(): Promise<void>;
};

/**
 * The sandbox pool.
 *
 * @throws NoSandboxFree where none became free within `waitMs`.
 * @throws SandboxUnavailable where this installation cannot run code at all; the message says what would help.
 * @throws CodeNotOpened by `run`, for an encrypted program; nothing was run.
 * @throws SandboxLost where the sandbox died under the job: nothing is known of the program's end.
 */
export interface Sandboxes {
  lease(tenant: Tenant, waitMs: number): Promise<Lease>;
  /** The sandbox that a run of this tenant was handed over in; `undefined` where that one has ended. */
  reattach(tenant: Tenant, sandboxId: string): Promise<Lease | undefined>;
  /** Rejects where no sandbox could be leased even if none were busy. */
  ping(): Promise<void>;
}

export class NoSandboxFree extends Error {
  override readonly name = 'NoSandboxFree';
}

/** The sandbox has no such run, or lost it: nothing more is to be known of its end. */
export class RunLost extends Error {
  override readonly name = 'RunLost';
}
