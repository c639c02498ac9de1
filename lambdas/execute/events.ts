import { execute } from '../contract/execute.ts';
import { ApiError, invalid } from '../shared/api-error.ts';
import { streamEndpoint } from '../shared/endpoint.ts';
import { eventsOf } from '../shared/execution-events.ts';
import { readPosition } from '../shared/output-events.ts';
import { getExecution } from '../stores/executions.ts';

export const handler = streamEndpoint(
  execute.events,
  async ({ params: { id } }, { caller, platform, headers }) => {
    const position = readPosition(headers.get('last-event-id'));
    if (!position) throw invalid('Last-Event-ID', 'is not the id of an event of an execution');
    const execution = await getExecution(platform.table, caller.userId, id);
    if (!execution) throw new ApiError('NOT_FOUND');
    // A reverse proxy that collects answers would hold events back (nginx).
    const headersOut = { 'X-Accel-Buffering': 'no' };
    return { status: 200, body: eventsOf(platform, execution, position), headers: headersOut };
  },
);
