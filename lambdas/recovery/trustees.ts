import { recovery } from '../contract/recovery.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { trusteeInfo } from '../shared/recovery-info.ts';
import { listTrustees } from '../stores/recovery.ts';

export const handler = endpoint(recovery.trustees, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listTrustees(platform.table, caller.userId, query);
  return { status: 200, body: items.map(trusteeInfo), headers: nextCursorHeaders(cursor) };
});
