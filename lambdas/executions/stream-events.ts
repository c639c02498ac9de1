import { executions } from '../../contract/executions.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import { streamEndpoint } from '../pipeline/endpoint.ts';
import { getExecution } from '../stores/executions.ts';
import { eventsOf } from './event-stream.ts';
import { readPosition } from './output-events.ts';

export const handler = streamEndpoint(
  executions.streamEvents,
  async ({ params: { id } }, { caller, platform, headers }) => {
    const position = readPosition(headers.get('last-event-id'));
    if (!position) throw invalid('Last-Event-ID', 'is not the id of an event of an execution');
    const execution = await getExecution(platform.table, caller.userId, id);
    if (!execution) throw new ApiError('NOT_FOUND');
    // Without this header nginx would buffer the events.
    const headersOut = { 'X-Accel-Buffering': 'no' };
    return { status: 200, body: eventsOf(platform, execution, position), headers: headersOut };
  },
);
