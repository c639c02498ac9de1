import { limits } from '../../contract/limits.ts';
import { type Detached, type Lease, NoSandboxFree } from '../../platform/sandboxes.ts';
import {
  type Job,
  type JobResult,
  SandboxLost,
  SandboxUnavailable,
} from '../../sandbox-image/protocol/job.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';
import { decryptSecret } from '../secrets/secret-value.ts';
import { listSecrets, markUsed, type Secret } from '../stores/secrets.ts';
import { resultBody } from './stored-result.ts';

/** What running a program takes of an operation's context. */
export type ExecutionContext = Pick<Context, 'platform' | 'now'> & { readonly caller: UserCaller };

type Choice = 'all' | 'none' | readonly string[];

/** Secrets that a program is to find in its environment: name to value. */
export type SecretEnvironment = Job['env'];

/** @throws ApiError INVALID_REQUEST for a name that is not there */
export async function decryptChosenSecrets(
  context: ExecutionContext,
  choice: Choice,
): Promise<SecretEnvironment> {
  if (choice === 'none') return {};
  const { caller, platform } = context;
  const { items } = await listSecrets(platform.table, caller.userId, { limit: limits.secretsPerUser });
  return decryptSecrets(context, chooseSecrets(items, choice));
}

export async function decryptSecrets(
  { caller, platform }: ExecutionContext,
  secrets: readonly Secret[],
): Promise<SecretEnvironment> {
  const open = async (secret: Secret) =>
    [secret.name, await decryptSecret(platform.keys, caller, secret)] as const;
  return Object.fromEntries(await Promise.all(secrets.map(open)));
}

function chooseSecrets(all: readonly Secret[], choice: 'all' | readonly string[]): readonly Secret[] {
  if (choice === 'all') return all;
  const byName = new Map(all.map((secret) => [secret.name, secret]));
  return [...new Set(choice)].map((name) => {
    const secret = byName.get(name);
    if (!secret) throw invalid('secrets', `there is no secret ${name}`);
    return secret;
  });
}

/**
 * Leases a sandbox of the caller for as long as `use` takes.
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

export type Program = Omit<Job, 'env' | 'files'> & { readonly files?: Job['files'] };

/** Runs a program with secrets, which are marked as used. Whoever calls has put it on record before. */
export async function runProgram(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  secrets: SecretEnvironment,
) {
  const result = await withSecrets(context, program, secrets, (job) => lease.run(job));
  return resultBody(context, lease, program, result);
}

/** As `runProgram`, but a program that has not ended within `waitMs` goes on without its caller. */
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
  // A secret that was deleted meanwhile has no mark to set.
  const mark = () =>
    Promise.allSettled(names.map((name) => table.transact([markUsed(caller.userId, name, now)])));
  // An encrypted program that does not open is given none.
  await Promise.allSettled([running, program.encrypted ? running.then(mark) : mark()]);
  return running;
}

/** @throws ApiError for what may happen to a sandbox; any other error as it is */
export function throwAsApiError(error: unknown): never {
  if (error instanceof NoSandboxFree) {
    throw new ApiError('NO_SANDBOX_FREE', { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (error instanceof SandboxUnavailable) {
    throw new ApiError('SANDBOX_UNAVAILABLE', {
      sentence: `This installation cannot run code: ${error.message}`,
      cause: error,
    });
  }
  if (error instanceof SandboxLost) throw new ApiError('UNAVAILABLE', { cause: error });
  throw error;
}
