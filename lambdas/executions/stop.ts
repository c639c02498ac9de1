import { executions } from '../../contract/executions.ts';
import type { Platform } from '../../platform/platform.ts';
import { RunLost } from '../../platform/sandboxes.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { type Execution, getExecution } from '../stores/executions.ts';
import {
  type EndedState,
  endedState,
  stateBody,
  stateOf,
  stateOfLost,
  withItsSandbox,
} from './execution-state.ts';
import { throwAsApiError } from './sandbox-errors.ts';

/** A killed program ends immediately; wiping its files may take longer. */
const timeoutMs = 10_000;

export const handler = endpoint(executions.stop, async ({ params: { id } }, { caller, platform, commit }) => {
  const audit = { resource: `executions/${id}` };
  const execution = await getExecution(platform.table, caller.userId, id);
  if (!execution) throw new ApiError('NOT_FOUND', { audit: { ...audit, outcome: 'refused' } });
  await commit({ audit });
  const state =
    execution.status === 'running'
      ? await stopped(platform, execution).catch(throwAsApiError)
      : await stateOf(platform, execution);
  if (!state) return { status: 202, body: { executionId: id, status: 'running' } };
  return { status: 200, body: stateBody(state, new Date()) };
});

/** Returns `undefined` if the execution has not ended yet. */
async function stopped(platform: Platform, execution: Execution): Promise<EndedState | undefined> {
  const { executionId } = execution;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await withItsSandbox(platform, execution, async (lease, secret) => {
      await lease.stop(executionId);
      return endedState(execution, await lease.attach(executionId, secret, { signal }));
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof RunLost) return stateOfLost(platform, execution);
    throw error;
  }
}
