/** What a sandbox is asked to run and what it answers: the vocabulary that the supervisor and its callers share. */
import type { Language } from '../../contract/languages.ts';
import type { ZkPayload } from '../../crypto/zk/payload.ts';
import type { PasswordBinding } from '../../crypto/zk/sealed-password.ts';

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

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

export class SandboxLost extends Error {
  override readonly name = 'SandboxLost';
}
