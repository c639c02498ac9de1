/** A task that is to be a sandbox, as its scheduler knows it. */
export type SandboxTask = {
  /** Also the sandbox's id. */
  readonly taskId: string;
  /** `failing`: it runs, and its own check of its health fails. */
  readonly state: 'starting' | 'running' | 'failing' | 'stopping' | 'stopped';
  /** Started as tasks are started now: of the same image, with the same settings. */
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

/** What starts and stops the tasks of a pool. */
export interface SandboxTasks {
  /** All that are not stopped, and besides what is known of `taskIds`; of one that is forgotten nothing is. */
  list(taskIds: readonly string[]): Promise<readonly SandboxTask[]>;
  /**
   * Starts up to `count`; fewer where there is no room. The same token never starts others.
   *
   * @returns how many were started
   */
  start(count: number, token: string): Promise<number>;
  /** One that has stopped already is no error. */
  stop(taskId: string, reason: string): Promise<void>;
}
