import { execute } from '../contract/execute.ts';
import { endpoint } from '../shared/endpoint.ts';
import { summaryOf } from '../shared/execution-state.ts';
import { listExecutions } from '../stores/executions.ts';

export const handler = endpoint(execute.list, async ({ query }, { caller, platform }) => {
  const { executions, cursor } = await listExecutions(platform.table, caller.userId, query);
  return { status: 200, body: { executions: executions.map(summaryOf), nextCursor: cursor } };
});
