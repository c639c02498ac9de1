import { executions } from '../../contract/executions.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { listExecutions } from '../stores/executions.ts';
import { summaryOf } from './execution-state.ts';

export const handler = endpoint(executions.list, async ({ query }, { caller, platform }) => {
  const { executions, cursor } = await listExecutions(platform.table, caller.userId, query);
  return { status: 200, body: { executions: executions.map(summaryOf), nextCursor: cursor } };
});
