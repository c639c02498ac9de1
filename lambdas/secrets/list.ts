import { secrets } from '../../contract/secrets.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listSecrets } from '../stores/secrets.ts';

export const handler = endpoint(secrets.list, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listSecrets(platform.table, caller.userId, query);
  return { status: 200, body: items, headers: nextCursorHeaders(cursor) };
});
