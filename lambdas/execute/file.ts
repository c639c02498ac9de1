import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { execute } from '../contract/execute.ts';
import { ApiError } from '../shared/api-error.ts';
import { streamEndpoint } from '../shared/endpoint.ts';
import { loadResult } from '../shared/execution-vault.ts';
import { getExecution } from '../stores/executions.ts';

export const handler = streamEndpoint(
  execute.file,
  async ({ params: { id, number } }, { caller, platform }) => {
    const execution = await getExecution(platform.table, caller.userId, id);
    const isKept = execution && execution.status !== 'running' && execution.reason === null;
    const file = isKept && (await loadResult(platform, execution)).files[Number(number)];
    if (!file) throw new ApiError('NOT_FOUND');
    // Never shown in place: what a program writes is not to act in the origin of the API.
    const name = encodeURIComponent(basename(file.path));
    const headers = { 'Content-Disposition': `attachment; filename*=UTF-8''${name}` };
    return { status: 200, body: Readable.from([file.content]), headers };
  },
);
