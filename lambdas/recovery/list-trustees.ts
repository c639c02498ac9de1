import { recovery } from '../../contract/recovery.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listTrustees } from '../stores/recovery.ts';
import { trusteeInfo } from './recovery-info.ts';

export const handler = endpoint(recovery.listTrustees, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listTrustees(platform.table, caller.userId, query);
  return { status: 200, body: items.map(trusteeInfo), headers: nextCursorHeaders(cursor) };
});
