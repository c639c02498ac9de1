import { limits } from '../../contract/limits.ts';
import type { Detached, Lease } from '../../platform/sandboxes.ts';
import type { JobResult } from '../../sandbox-image/protocol/job.ts';
import { addExecution, deleteExecution, type Execution } from '../stores/executions.ts';
import type { ExecutionContext, Program, SecretEnvironment } from './execution-types.ts';
import { completedBody } from './large-result.ts';
import { sealRepliesSecret } from './result-store.ts';
import { runOrDetach } from './run-program.ts';

/** How long a run may queue in its sandbox. */
const waitingSeconds = 60 * 60;

/**
 * Runs a program and returns the response: 200 with the result, or 202 if it still runs when the wait is over.
 *
 * @param wait `false` detaches immediately
 */
export async function respondToRun(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  secrets: SecretEnvironment,
  wait = true,
) {
  const deadline = context.now.getTime() + limits.executionWaitSeconds * 1000;
  const waitMs = wait ? Math.max(0, deadline - Date.now()) : 0;
  const outcome = await runOrDetach(context, lease, program, secrets, waitMs);
  if (!isDetached(outcome)) {
    return { status: 200, body: await completedBody(context, lease, program, outcome) } as const;
  }
  const { executionId } = program;
  await recordDetached(context, lease, program, outcome);
  const headers = { Location: `/api/v1/executions/${executionId}` };
  return { status: 202, body: { executionId, status: 'running' }, headers } as const;
}

function isDetached(outcome: JobResult | Detached): outcome is Detached {
  return 'repliesSecret' in outcome;
}

/** Records a detached run and starts the job that awaits its end. If either fails, the program is stopped. */
async function recordDetached(
  { caller, platform, now }: ExecutionContext,
  lease: Lease,
  { executionId, language, timeoutMs }: Program,
  { repliesSecret }: Detached,
): Promise<void> {
  const { table, keys, background } = platform;
  const { userId, orgId } = caller;
  const timeoutSeconds = timeoutMs / 1000;
  const lastEnd = now.getTime() / 1000 + timeoutSeconds + waitingSeconds;
  let recorded: Execution | undefined;
  try {
    const sealed = await sealRepliesSecret(keys, { userId, orgId, executionId }, repliesSecret);
    const execution: Execution = {
      userId,
      orgId,
      executionId,
      language,
      timeoutSeconds,
      ...sealed,
      status: 'running',
      startedAt: now.toISOString(),
      endedAt: null,
      reason: null,
      sandboxId: lease.sandboxId,
      ttl: Math.ceil(lastEnd) + limits.executionResultSeconds,
    };
    await table.transact([addExecution(execution)]);
    recorded = execution;
    await background.begin('jobs.awaitExecution', { userId, executionId });
  } catch (error) {
    // Without a record or a job its result would be lost.
    await Promise.allSettled([
      lease.stop(executionId),
      ...(recorded ? [table.transact([deleteExecution(recorded)])] : []),
    ]);
    throw error;
  }
}
