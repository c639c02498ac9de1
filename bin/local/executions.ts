import { limits } from '../../contract/limits.ts';
import { endExecution, listRunning } from '../../lambdas/stores/executions.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';

const reason = 'the appliance ended while this program ran, and the program with it';
const pageSize = 100;

/** Ends the executions that an earlier process left running, because its sandboxes ended with it. */
export async function closeLostExecutions(table: Table, now: Date): Promise<void> {
  const ttl = Math.ceil(now.getTime() / 1000) + limits.executionResultSeconds;
  for (;;) {
    const lost = await listRunning(table, pageSize);
    const end = { status: 'killed', endedAt: now.toISOString(), reason, ttl } as const;
    for (const execution of lost) await table.transact([endExecution(execution, end)]).catch(endedMeanwhile);
    if (lost.length < pageSize) return;
  }
}

function endedMeanwhile(error: unknown): void {
  if (!(error instanceof ConditionFailed)) throw error;
}
