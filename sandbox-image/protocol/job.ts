/** Jobs and results: the types that the supervisor and its callers share. */
import type { Language } from '../../contract/languages.ts';
import type { ZkPayload } from '../../crypto/zk/payload.ts';
import type { PasswordBinding } from '../../crypto/zk/sealed-password.ts';

export type JobFile = { readonly path: string; readonly content: Uint8Array };

/** A program that only the sandbox can open, with the master password or with one that was sealed to its key. */
export type EncryptedCode = {
  readonly payload: ZkPayload;
  readonly unlock:
    | { readonly password: string }
    | { readonly sealedPasswordB64: string; readonly binding: PasswordBinding };
};

/** Signed URLs from which a sandbox fetches a bundle that it lacks. They permit nothing else. */
export type BundleSource = {
  readonly lockUrl: string;
  /** A gzipped tar archive of the tree that the lock describes. */
  readonly archiveUrl: string;
};

export type Job = {
  readonly executionId: string;
  readonly language: Language;
  readonly code: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** Secrets by name. The program gets them only as environment variables. */
  readonly env: { readonly [name: string]: string };
  readonly files: readonly JobFile[];
  readonly timeoutMs: number;
  /** Replaces `code`, which is then empty. */
  readonly encrypted?: EncryptedCode;
  /** Id of a bundle of Python packages: the SHA-256 of its lock in 64 hexadecimal digits. */
  readonly packages?: string;
  /** Not set if sandboxes have the bundle already. Programs cannot see it. */
  readonly packagesFrom?: BundleSource;
};

/** Output of a program while it runs. The chunks together hold no more than the result does. */
export type OutputChunk = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

export type JobStatus = 'completed' | 'failed' | 'timed_out' | 'killed';

/** What isolated the program from the host. Probed, not assumed. */
export type Isolation = {
  /** `floor`: own uid, no_new_privs, seccomp allowlist, Landlock, rlimits. `namespaces`: namespaces as well. */
  readonly level: 'floor' | 'namespaces';
  readonly uid: 'pool' | 'user-namespace';
  readonly seccomp: boolean;
  /** Landlock ABI version in use. */
  readonly landlock: number;
  readonly namespaces: readonly string[];
  readonly cgroup: boolean;
};

export type JobResult = {
  readonly executionId: string;
  readonly status: JobStatus;
  /** `null` if a signal ended the program. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the program, such as `SIGKILL`. */
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  /** Wall time from the fork to the end. */
  readonly durationMs: number;
  /** User and system time of the program and of the children that it waited for. */
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  /**
   * Regular files in the working directory after the run, without the files of the job that the program did not change.
   */
  readonly files: readonly JobFile[];
  /** Minimum number of other files left there: over a limit of count or size, links, special files, invalid names. */
  readonly omittedFiles: number;
  readonly isolation: Isolation;
};

/** A result, or what is known about a run whose sandbox was lost. */
export type RunOutcome = Omit<JobResult, 'cpuMs' | 'peakMemoryBytes' | 'isolation'> & {
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly isolation: Isolation | null;
};

/** Why an encrypted program was not opened. A wrong password and a modified payload fail the tag alike. */
export type CodeFault = 'wrong_password' | 'malformed' | 'sealed_password_rejected';

export class CodeNotOpened extends Error {
  override readonly name = 'CodeNotOpened';
  readonly fault: CodeFault;

  constructor(fault: CodeFault) {
    super(`the encrypted program cannot be opened: ${fault}`);
    this.fault = fault;
  }
}

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

export class SandboxLost extends Error {
  override readonly name = 'SandboxLost';
}
