/** A task that runs a sandbox, as the scheduler reports it. */
export type SandboxTask = {
  /** Also the sandbox's id. */
  readonly taskId: string;
  /** `failing`: it runs, but its health check fails. */
  readonly state: 'starting' | 'running' | 'failing' | 'stopping' | 'stopped';
  /** Whether it runs the current image with the current settings. */
  readonly current: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** `http://host:port`, once it has one. */
  readonly url?: string;
};

/** Asks a running task for its public key. Rejects if it does not respond, or is another task. */
export type FetchSandboxKey = (taskId: string, url: string) => Promise<Uint8Array>;

/** The tasks of a deployment's pool, and their keys. */
export interface PoolTasks extends SandboxTasks {
  readonly fetchKey: FetchSandboxKey;
}

/** Starts and stops the tasks of a pool. */
export interface SandboxTasks {
  /** Returns all tasks that are not stopped, and those of `taskIds` that the scheduler still knows. */
  list(taskIds: readonly string[]): Promise<readonly SandboxTask[]>;
  /**
   * Starts up to `count` tasks, or fewer if there is no room. A repeated token starts no further tasks.
   *
   * @returns how many were started
   */
  start(count: number, token: string): Promise<number>;
  /** Succeeds if the task has stopped already. */
  stop(taskId: string, reason: string): Promise<void>;
}
