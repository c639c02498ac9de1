import { zk } from '../../contract/zk.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listCode } from '../stores/zk-code.ts';

export const handler = endpoint(zk.list, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listCode(platform.table, caller.userId, query);
  return { status: 200, body: items, headers: nextCursorHeaders(cursor) };
});
