/** Who a sandbox is leased to. It never runs a job of another user afterwards. */
export type Tenant = { readonly userId: string; readonly orgId: string };

export type Language = 'python' | 'javascript';

export type JobFile = { readonly path: string; readonly content: Uint8Array };

export type Job = {
  readonly executionId: string;
  readonly language: Language;
  readonly code: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** Secrets: name to value. They reach the program as environment variables and nothing else. */
  readonly env: { readonly [name: string]: string };
  readonly files: readonly JobFile[];
  /** Id of the bundle whose modules the program can import. */
  readonly packages?: string;
  readonly timeoutMs: number;
};

export type JobStatus = 'completed' | 'failed' | 'timed_out' | 'killed';

/** What stood between the program and the host, as probed, not as hoped for. */
export type Isolation = {
  /** `floor`: own uid, no_new_privs, seccomp allowlist, Landlock, rlimits; `namespaces`: these and namespaces. */
  readonly level: 'floor' | 'namespaces';
  readonly uid: 'pool' | 'user-namespace';
  readonly seccomp: boolean;
  /** ABI version that was used. */
  readonly landlock: number;
  readonly namespaces: readonly string[];
  readonly cgroup: boolean;
};

export type JobResult = {
  readonly executionId: string;
  readonly status: JobStatus;
  /** `null` where a signal ended the program. */
  readonly exitCode: number | null;
  /** Name of the signal, such as `SIGKILL`. */
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  /** Wall time from the fork to the end. */
  readonly durationMs: number;
  /** User and system time of the program and the children it waited for. */
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly files: readonly JobFile[];
  readonly isolation: Isolation;
};

export type Lease = {
  readonly sandboxId: string;
  /** Seals the job to the sandbox's own key; only the sandbox reads it, only the caller reads the result. */
  run(job: Job): Promise<JobResult>;
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
 * @throws SandboxLost where the sandbox died under the job: nothing is known of the program's end.
 */
export interface Sandboxes {
  lease(tenant: Tenant, waitMs: number): Promise<Lease>;
  /** Rejects where no sandbox could be leased even if none were busy. */
  ping(): Promise<void>;
}

export class NoSandboxFree extends Error {
  override readonly name = 'NoSandboxFree';
}

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

export class SandboxLost extends Error {
  override readonly name = 'SandboxLost';
}
