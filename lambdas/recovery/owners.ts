import { recovery } from '../contract/recovery.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { recoveryOwnerInfo } from '../shared/recovery-info.ts';
import { listOwners } from '../stores/recovery.ts';

export const handler = endpoint(recovery.owners, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listOwners(platform.table, caller.userId, query);
  return { status: 200, body: items.map(recoveryOwnerInfo), headers: nextCursorHeaders(cursor) };
});
