import type * as z from 'zod';
import type { Access } from './define-route.ts';

/** How often a job runs, in seconds. Where a value is missing, the job does not run on a schedule there. */
export type Schedule = { readonly aws?: number; readonly local?: number };

/**
 * What starts a job besides its schedule.
 *
 * - `operation`: an operation that lists the job in `access.background`.
 * - `reconciler`: the job with `access.sandboxTasks`, which waits for the result.
 * - `ecsTaskStateChange`: a task of the deployment's cluster starts or stops.
 * - `stackCreation`: CloudFormation, once, when it creates the stack.
 */
export type Trigger = 'operation' | 'reconciler' | 'ecsTaskStateChange' | 'stackCreation';

/**
 * A function that no request reaches. It is the only description of the job: its IAM statements, environment, schedule
 * and function on AWS, its timer on one machine, and the check of its access at run time all derive from it.
 * A job may run more than once, and two runs may overlap.
 */
export type JobRecord = {
  /** Names the function and its handler's file: `jobs.sweepObjects` is `lambdas/jobs/sweep-objects.ts`. */
  readonly operationId: `jobs.${string}`;
  readonly summary: string;
  readonly every?: Schedule;
  readonly on?: readonly Trigger[];
  /** What a trigger sends. For a payload that passes through a queue of Lambda: identifiers only. */
  readonly payload?: z.ZodObject;
  readonly access: Access;
  /** Runs in the sandboxes' network, as does every function with `access.sandboxes`. */
  readonly network?: 'sandboxes';
  /** The job exists only in a deployment that runs sandbox tasks. */
  readonly onlyWith?: 'sandboxTasks';
  /** Timeout in seconds. Lambda allows 900. */
  readonly timeoutSeconds: number;
  readonly memoryMiB?: number;
  /** How often EventBridge retries a run that it could not deliver. Default: 0. */
  readonly retries?: number;
};

/** @throws Error if neither a schedule nor a trigger ever starts the job */
export function defineJob<const J extends JobRecord>(job: J): J {
  const { operationId, every, on = [] } = job;
  if (!every?.aws && !every?.local && on.length === 0) throw new Error(`nothing starts ${operationId}`);
  return job;
}

/** Whether a deployment has a function for the job. The others run on one machine only. */
export function runsOnAws({ every, on = [] }: JobRecord): boolean {
  return every?.aws !== undefined || on.length > 0;
}
