import type { Job, JobResult, OutputChunk } from '../sandbox-image/protocol/job.ts';

/** The user who leases a sandbox. The sandbox never runs a job of another user afterwards. */
export type Tenant = { readonly userId: string; readonly orgId: string };
export type RunOptions = {
  /** Called in order, and always before `run` resolves. If it throws, the call fails; the run continues. */
  readonly onOutput?: (chunk: OutputChunk) => void;
};

/** A run that continues without its caller. */
export type Detached = {
  /** Opens the replies of the sandbox: 44 bytes, as secret as the replies. */
  readonly repliesSecret: Uint8Array;
};

export type AttachOptions = RunOptions & {
  /** Ends the call, not the run. */
  readonly signal?: AbortSignal;
};
export type Lease = {
  readonly sandboxId: string;
  /** X-Wing public key that jobs and passwords are sealed to. */
  readonly publicKey: Uint8Array;
  /** Runs a job, sealed to the key of the sandbox: only the sandbox reads the job, only the caller reads the result. */
  run(job: Job, options?: RunOptions): Promise<JobResult>;
  /** Like `run`, but detaches a job that has not ended within `waitMs`: it continues, for `attach` and `poll`. */
  runOrDetach(job: Job, waitMs: number): Promise<JobResult | Detached>;
  /**
   * Waits for the result of a detached run, and receives all its output from the start. Any number of callers may
   * attach, concurrently or one after another.
   *
   * @throws RunLost; SandboxLost if the connection broke, although the run may continue
   */
  attach(executionId: string, repliesSecret: Uint8Array, options?: AttachOptions): Promise<JobResult>;
  /** Like `attach`, but does not wait: returns `undefined` while the program runs. */
  poll(executionId: string, repliesSecret: Uint8Array, options?: RunOptions): Promise<JobResult | undefined>;
  /** Tells the sandbox that the result of a detached run is stored, so that it can discard it. */
  ack(executionId: string): Promise<void>;
  /** Ends a running job; its `run` then resolves with status `killed`. */
  stop(executionId: string): Promise<void>;
  /** Ends the use of the sandbox, which stays with its tenant until it is retired. */
  release(): Promise<void>;
};

/**
 * The sandbox pool.
 *
 * @throws NoSandboxFree if no sandbox became free within `waitMs`
 * @throws SandboxUnavailable if this installation cannot run code at all; the message says what would help
 * @throws CodeNotOpened by `run` if an encrypted program cannot be opened; nothing ran
 * @throws SandboxLost if the sandbox died while it ran the job; the outcome is unknown
 */
export interface Sandboxes {
  lease(tenant: Tenant, waitMs: number): Promise<Lease>;
  /** Returns the sandbox in which a run of this tenant was detached, or `undefined` if the sandbox has ended. */
  reattach(tenant: Tenant, sandboxId: string): Promise<Lease | undefined>;
  /** Rejects if no sandbox could be leased even without other tenants. */
  ping(): Promise<void>;
}

export class NoSandboxFree extends Error {
  override readonly name = 'NoSandboxFree';
}

/** The sandbox does not know the run, or lost it: its outcome will never be known. */
export class RunLost extends Error {
  override readonly name = 'RunLost';
}
