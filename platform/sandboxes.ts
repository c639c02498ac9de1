import type { ZkPayload } from '../crypto/zk/payload.ts';
import type { PasswordBinding } from '../crypto/zk/sealed-password.ts';

/** Who a sandbox is leased to. It never runs a job of another user afterwards. */
export type Tenant = { readonly userId: string; readonly orgId: string };

export type Language = 'python' | 'javascript';

/** Where Node.js finds the program. Python's is in no file. */
export const programName = 'main.js';

export type JobFile = { readonly path: string; readonly content: Uint8Array };

/** A program that only the sandbox opens, and what with: the master password, or one that was sealed to its key. */
export type EncryptedCode = {
  readonly payload: ZkPayload;
  readonly unlock:
    | { readonly password: string }
    | { readonly sealedPasswordB64: string; readonly binding: PasswordBinding };
};

/** Where a sandbox gets a bundle of packages that it does not have, by URLs which are good for nothing else. */
export type BundleSource = {
  readonly lockUrl: string;
  /** Of the tree that the lock describes: tar, gzip. */
  readonly archiveUrl: string;
};

export type Job = {
  readonly executionId: string;
  readonly language: Language;
  readonly code: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** Secrets: name to value. They reach the program as environment variables and nothing else. */
  readonly env: { readonly [name: string]: string };
  readonly files: readonly JobFile[];
  readonly timeoutMs: number;
  /** Stands for `code`, which is empty then. */
  readonly encrypted?: EncryptedCode;
  /** Id of a bundle of Python packages, 64 hexadecimal digits: the SHA-256 of its lock. */
  readonly packages?: string;
  /** Unless sandboxes have the bundle. No program sees it. */
  readonly packagesFrom?: BundleSource;
};

/** What a program wrote while it runs, as it comes; no more of it than the result holds. */
export type OutputChunk = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

export type RunOptions = {
  /** Called in order, each time before `run` resolves. What it throws is the end of the call, not of the run. */
  readonly onOutput?: (chunk: OutputChunk) => void;
};

/** A run that goes on without its caller. */
export type HandedOver = {
  /** What opens the replies of the sandbox, 44 bytes, as secret as they are. */
  readonly repliesSecret: Uint8Array;
};

export type AttachOptions = RunOptions & {
  /** Ends the call, not the run. */
  readonly signal?: AbortSignal;
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
  /** Regular files that the program left in its working directory; of the job's own only those that it changed. */
  readonly files: readonly JobFile[];
  /** At least so many others were left there: over a limit of number or size, links, special files, odd names. */
  readonly omittedFiles: number;
  readonly isolation: Isolation;
};

/** A result, or what is known of a run whose sandbox was lost. */
export type RunOutcome = Omit<JobResult, 'cpuMs' | 'peakMemoryBytes' | 'isolation'> & {
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly isolation: Isolation | null;
};

export type Lease = {
  readonly sandboxId: string;
  /** X-Wing; of the key that jobs and passwords are sealed to. */
  readonly publicKey: Uint8Array;
  /** Seals the job to the sandbox's own key; only the sandbox reads it, only the caller reads the result. */
  run(job: Job, options?: RunOptions): Promise<JobResult>;
  /** As `run`, but a job that has not ended within `waitMs` is handed over: it goes on, for `attach` and `peek`. */
  runOrHandOver(job: Job, waitMs: number): Promise<JobResult | HandedOver>;
  /**
   * The result of a run that was handed over, with all its output from the start. Any number may read it, at once or
   * after one another.
   *
   * @throws RunLost, SandboxLost where the connection broke; the run may go on then
   */
  attach(executionId: string, repliesSecret: Uint8Array, options?: AttachOptions): Promise<JobResult>;
  /** As `attach`, but what is there by now: `undefined` while the program runs. */
  peek(executionId: string, repliesSecret: Uint8Array, options?: RunOptions): Promise<JobResult | undefined>;
  /** The result of a run that was handed over is stored: the sandbox lets go of it. */
  acknowledge(executionId: string): Promise<void>;
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
  rejoin(tenant: Tenant, sandboxId: string): Promise<Lease | undefined>;
  /** Rejects where no sandbox could be leased even if none were busy. */
  ping(): Promise<void>;
}

/** Why an encrypted program did not open. The tag fails alike for another password and for an altered payload. */
export type CodeFault = 'wrong_password' | 'malformed' | 'sealed_password_rejected';

export class CodeNotOpened extends Error {
  override readonly name = 'CodeNotOpened';
  readonly fault: CodeFault;

  constructor(fault: CodeFault) {
    super(`the encrypted program was not opened: ${fault}`);
    this.fault = fault;
  }
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

/** The sandbox has no such run, or lost it: nothing more is to be known of its end. */
export class RunLost extends Error {
  override readonly name = 'RunLost';
}
