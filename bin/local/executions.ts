import { limits } from '../../contract/limits.ts';
import { answersPrefix, resultsPrefix } from '../../contract/resources.ts';
import { endExecution, listRunning } from '../../lambdas/stores/executions.ts';
import type { Objects } from '../../platform/objects.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';

const reason = 'the appliance ended while this program ran, and the program with it';
const pageSize = 100;

/** Closes what an earlier process of this installation left running: its sandboxes ended with it. */
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

/** Removes results and answers whose time is over. On AWS lifecycle rules of the bucket do it. */
export function resultSweep(objects: Objects, now = Date.now): { sweep(): Promise<number> } {
  const kept = { [resultsPrefix]: limits.executionResultSeconds, [answersPrefix]: limits.idempotencySeconds };
  return {
    async sweep() {
      let swept = 0;
      for (const [prefix, seconds] of Object.entries(kept)) {
        swept += await sweepBefore(objects, prefix, new Date(now() - seconds * 1000));
      }
      return swept;
    },
  };
}

async function sweepBefore(objects: Objects, prefix: string, before: Date): Promise<number> {
  let swept = 0;
  let cursor: string | undefined;
  do {
    const page = await objects.list({ prefix, limit: pageSize, ...(cursor && { cursor }) });
    for (const { key, modifiedAt } of page.objects) {
      if (modifiedAt >= before) continue;
      await objects.delete(key);
      swept += 1;
    }
    cursor = page.cursor;
  } while (cursor);
  return swept;
}
