import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { executions } from '../../contract/executions.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { streamEndpoint } from '../pipeline/endpoint.ts';
import { getExecution } from '../stores/executions.ts';
import { stateOf } from './execution-state.ts';
import { throwAsApiError } from './sandbox-errors.ts';

export const handler = streamEndpoint(
  executions.getFile,
  async ({ params: { id, number } }, { caller, platform }) => {
    const execution = await getExecution(platform.table, caller.userId, id);
    // The end may not be recorded yet.
    const state = execution && (await stateOf(platform, execution).catch(throwAsApiError));
    const file = state && 'outcome' in state ? state.outcome.files[Number(number)] : undefined;
    if (!file) throw new ApiError('NOT_FOUND');
    // Always a download: what a program writes must not run in the origin of the API.
    const name = encodeURIComponent(basename(file.path));
    const headers = { 'Content-Disposition': `attachment; filename*=UTF-8''${name}` };
    return { status: 200, body: Readable.from([file.content]), headers };
  },
);
