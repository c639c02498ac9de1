import { execute } from '../contract/execute.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { refuse } from '../shared/execution.ts';
import { stateBody, stateOf } from '../shared/execution-state.ts';
import { getExecution } from '../stores/executions.ts';

export const handler = endpoint(execute.get, async ({ params: { id } }, { caller, platform }) => {
  const execution = await getExecution(platform.table, caller.userId, id);
  if (!execution) throw new ApiError('NOT_FOUND');
  const state = await stateOf(platform, execution).catch(refuse);
  return { status: 200, body: stateBody(state, new Date()) };
});
