import { executions } from '../../contract/executions.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getExecution } from '../stores/executions.ts';
import { stateBody, stateOf } from './execution-state.ts';
import { throwAsApiError } from './sandbox-errors.ts';

export const handler = endpoint(executions.get, async ({ params: { id } }, { caller, platform }) => {
  const execution = await getExecution(platform.table, caller.userId, id);
  if (!execution) throw new ApiError('NOT_FOUND');
  const state = await stateOf(platform, execution).catch(throwAsApiError);
  return { status: 200, body: stateBody(state, new Date()) };
});
