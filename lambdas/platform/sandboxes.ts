import type { ZkPayload } from '../crypto/zk-payload.ts';
import type { PasswordBinding } from '../crypto/zk-sealed-password.ts';

/** Who a sandbox is leased to. It never runs a job of another user afterwards. */
export type Tenant = { readonly userId: string; readonly orgId: string };

export type Language = 'python' | 'javascript';

export type JobFile = { readonly path: string; readonly content: Uint8Array };

/** A program that only the sandbox opens, and what with: the master password, or one that was sealed to its key. */
export type EncryptedCode = {
  readonly payload: ZkPayload;
  readonly unlock:
    | { readonly password: string }
    | { readonly sealedPasswordB64: string; readonly binding: PasswordBinding };
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
  /** Id of a bundle of Python packages that the sandbox has, 64 hexadecimal digits. */
  readonly packages?: string;
};

/** What a program wrote while it runs, as it comes; no more of it than the result holds. */
export type OutputChunk = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

export type RunOptions = {
  /** Called in order, each time before `run` resolves. What it throws is the end of the call, not of the run. */
  readonly onOutput?: (chunk: OutputChunk) => void;
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

export type Lease = {
  readonly sandboxId: string;
  /** X-Wing; of the key that jobs and passwords are sealed to. */
  readonly publicKey: Uint8Array;
  /** Seals the job to the sandbox's own key; only the sandbox reads it, only the caller reads the result. */
  run(job: Job, options?: RunOptions): Promise<JobResult>;
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
