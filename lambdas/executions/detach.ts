import { limits } from '../../contract/limits.ts';
import type { Detached, Lease } from '../../platform/sandboxes.ts';
import type { JobResult } from '../../sandbox-image/protocol/job.ts';
import { addExecution, deleteExecution, type Execution } from '../stores/executions.ts';
import { type ExecutionContext, type Program, runOrDetach, type SecretEnvironment } from './execution.ts';
import { sealRepliesSecret } from './result-store.ts';
import { resultBody } from './stored-result.ts';

/** A run may wait for its turn as long as others take. */
const waitingSeconds = 60 * 60;

/**
 * Runs a program, and answers for it: 200 with its result; 202 where it has not ended when a call is to be answered.
 *
 * @param wait whether to wait for it at all
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
  if (!isHandedOver(outcome)) {
    return { status: 200, body: await resultBody(context, lease, program, outcome) } as const;
  }
  const { executionId } = program;
  await handOver(context, lease, program, outcome);
  const headers = { Location: `/api/v1/executions/${executionId}` };
  return { status: 202, body: { executionId, status: 'running' }, headers } as const;
}

function isHandedOver(outcome: JobResult | Detached): outcome is Detached {
  return 'repliesSecret' in outcome;
}

/** Puts the run on record, and has somebody wait for its end. Where that fails the program is ended. */
async function handOver(
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
      ...{ userId, orgId, executionId, language, timeoutSeconds, ...sealed },
      ...{ status: 'running', startedAt: now.toISOString(), endedAt: null, reason: null },
      sandboxId: lease.sandboxId,
      ttl: Math.ceil(lastEnd) + limits.executionResultSeconds,
    };
    await table.transact([addExecution(execution)]);
    recorded = execution;
    await background.begin('jobs.awaitExecution', { userId, executionId });
  } catch (error) {
    // Nobody would ever hear of its end.
    await Promise.allSettled([
      lease.stop(executionId),
      ...(recorded ? [table.transact([deleteExecution(recorded)])] : []),
    ]);
    throw error;
  }
}
