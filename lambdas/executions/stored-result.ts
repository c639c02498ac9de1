import type { Lease } from '../../platform/sandboxes.ts';
import type { JobResult } from '../../sandbox-image/protocol/job.ts';
import { addExecution, type Execution } from '../stores/executions.ts';
import type { ExecutionContext, Program } from './execution.ts';
import { endOf } from './execution-state.ts';
import { executionBody, largeFiles } from './result-body.ts';
import { sealRepliesSecret, storeResult } from './result-store.ts';

/** What is answered of a program that has ended. Where it left files that are too large for that, its result is kept. */
export async function resultBody(
  context: ExecutionContext,
  lease: Lease,
  program: Program,
  result: JobResult,
) {
  if (largeFiles(result).length > 0) await keepResult(context, lease, program, result);
  return executionBody(result);
}

/** The result first, then the record that names it. */
async function keepResult(
  { caller, platform, now }: ExecutionContext,
  { sandboxId }: Lease,
  { executionId, language, timeoutMs }: Program,
  result: JobResult,
): Promise<void> {
  const { userId, orgId } = caller;
  // Nobody has to ask its sandbox any more.
  const noSecret = new Uint8Array();
  const execution: Execution = {
    ...{ userId, orgId, executionId, language, sandboxId, timeoutSeconds: timeoutMs / 1000 },
    ...(await sealRepliesSecret(platform.keys, { userId, orgId, executionId }, noSecret)),
    ...{ startedAt: now.toISOString(), ...endOf(result, new Date()) },
  };
  await storeResult(platform, execution, result);
  await platform.table.transact([addExecution(execution)]);
}
