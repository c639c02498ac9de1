import { setTimeout as sleep } from 'node:timers/promises';
import { awaitExecution } from '../../contract/jobs.ts';
import type { Platform } from '../../platform/platform.ts';
import { RunLost } from '../../platform/sandboxes.ts';
import { ConditionFailed } from '../../platform/table.ts';
import { type OutputChunk, type RunOutcome, SandboxLost } from '../../sandbox-image/protocol/job.ts';
import { endOf, lostOutcome, lostReason, withItsSandbox } from '../executions/execution-state.ts';
import { storeResult } from '../executions/result-store.ts';
import { jobHandler } from '../pipeline/job-handler.ts';
import { type Execution, endExecution, getExecution } from '../stores/executions.ts';

const attempts = 5;
const retryMs = 1_000;

export const handler = jobHandler(awaitExecution, async ({ userId, executionId }, { platform, timeIsUp }) => {
  const execution = await getExecution(platform.table, userId, executionId);
  if (execution?.status !== 'running') return;
  const outcome = await outcomeOf(platform, execution, timeIsUp);
  if (outcome) await record(platform, execution, outcome);
  else await platform.background.begin('jobs.awaitExecution', { userId, executionId });
});

/** @returns undefined if the function runs out of time first */
async function outcomeOf(
  platform: Platform,
  execution: Execution,
  timeIsUp: AbortSignal,
): Promise<RunOutcome | undefined> {
  let longest: readonly OutputChunk[] = [];
  for (let attempt = 1; ; attempt++) {
    const output: OutputChunk[] = [];
    const options = { onOutput: (chunk: OutputChunk) => output.push(chunk), signal: timeIsUp };
    try {
      return await withItsSandbox(platform, execution, (lease, secret) =>
        lease.attach(execution.executionId, secret, options),
      );
    } catch (error) {
      if (timeIsUp.aborted) return undefined;
      if (output.length > longest.length) longest = output;
      const lost = error instanceof RunLost || error instanceof SandboxLost;
      if (!lost) throw error;
      if (error instanceof RunLost || attempt === attempts) {
        return lostOutcome(execution, `${lostReason} (${error.message})`, new Date(), longest);
      }
      await sleep(retryMs);
    }
  }
}

/** Stores the result, then the record that refers to it. Only then may the sandbox forget it. */
async function record(platform: Platform, execution: Execution, outcome: RunOutcome): Promise<void> {
  await storeResult(platform, execution, outcome);
  try {
    await platform.table.transact([endExecution(execution, endOf(outcome, new Date()))]);
  } catch (error) {
    // Another run of this job was first.
    if (!(error instanceof ConditionFailed)) throw error;
  }
  // If the acknowledgement is lost, the sandbox forgets the result after a while.
  await withItsSandbox(platform, execution, (lease) => lease.ack(execution.executionId)).catch(
    () => undefined,
  );
}
