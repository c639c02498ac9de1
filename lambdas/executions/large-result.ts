import type { Lease } from '../../platform/sandboxes.ts';
import type { JobResult } from '../../sandbox-image/protocol/job.ts';
import { addExecution, type Execution } from '../stores/executions.ts';
import { endOf } from './execution-state.ts';
import type { ExecutionContext, Program } from './execution-types.ts';
import { executionBody, largeFiles } from './result-body.ts';
import { sealRepliesSecret, storeResult } from './result-store.ts';

/** Returns the result for the response. If it has files that are too large for one, stores it for `getFile` first. */
export async function completedBody(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  result: JobResult,
) {
  if (largeFiles(result).length > 0) await recordResult(context, lease, program, result);
  return executionBody(result);
}

/** Stores the result first, then the record that refers to it. */
async function recordResult(
  { caller, platform, now }: ExecutionContext,
  { sandboxId }: Lease,
  { executionId, language, timeoutMs }: Program,
  result: JobResult,
): Promise<void> {
  const { userId, orgId } = caller;
  // The result is here, so no one needs to ask the sandbox for it.
  const noSecret = new Uint8Array();
  const execution: Execution = {
    userId,
    orgId,
    executionId,
    language,
    sandboxId,
    timeoutSeconds: timeoutMs / 1000,
    ...(await sealRepliesSecret(platform.keys, { userId, orgId, executionId }, noSecret)),
    startedAt: now.toISOString(),
    ...endOf(result, new Date()),
  };
  await storeResult(platform, execution, result);
  await platform.table.transact([addExecution(execution)]);
}
