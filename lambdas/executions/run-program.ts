import { limits } from '../../contract/limits.ts';
import type { Detached, Lease } from '../../platform/sandboxes.ts';
import type { Job, JobResult } from '../../sandbox-image/protocol/job.ts';
import { markUsed } from '../stores/secrets.ts';
import type { ExecutionContext, Program, SecretEnvironment } from './execution-types.ts';
import { throwAsApiError } from './sandbox-errors.ts';

/**
 * Leases a sandbox to the caller for as long as `use` takes.
 *
 * @throws ApiError NO_SANDBOX_FREE, SANDBOX_UNAVAILABLE, UNAVAILABLE
 */
export async function inSandbox<T>(
  { caller, platform }: ExecutionContext,
  use: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await platform.sandboxes
    .lease(caller, limits.sandboxWaitSeconds * 1000)
    .catch(throwAsApiError);
  try {
    return await use(lease).catch(throwAsApiError);
  } finally {
    await lease.release();
  }
}

/** Runs a program with secrets, and marks them as used. The audit entry must be committed before. */
export function runProgram(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  secrets: SecretEnvironment,
): Promise<JobResult> {
  return withSecrets(context, program, secrets, (job) => lease.run(job));
}

/** As `runProgram`, but detaches from a program that has not ended within `waitMs`; it keeps running. */
export function runOrDetach(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  secrets: SecretEnvironment,
  waitMs: number,
): Promise<JobResult | Detached> {
  return withSecrets(context, program, secrets, (job) => lease.runOrDetach(job, waitMs));
}

async function withSecrets<T>(
  { caller, platform: { table }, now }: ExecutionContext,
  program: Program,
  secrets: SecretEnvironment,
  run: (job: Job) => Promise<T>,
): Promise<T> {
  const running = run({ ...program, files: program.files ?? [], env: secrets });
  const names = Object.keys(secrets);
  // A secret that was deleted in the meantime cannot be marked.
  const mark = () =>
    Promise.allSettled(names.map((name) => table.transact([markUsed(caller.userId, name, now)])));
  // An encrypted program that cannot be decrypted gets no secrets.
  await Promise.allSettled([running, program.encrypted ? running.then(mark) : mark()]);
  return running;
}
