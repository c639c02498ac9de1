import { kv } from '../../contract/kv.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listValueNames } from '../stores/kv.ts';

export const handler = endpoint(kv.list, async ({ query }, { caller, platform }) => {
  const { names, cursor } = await listValueNames(platform.table, caller.userId, query);
  return { status: 200, body: names, headers: nextCursorHeaders(cursor) };
});
