import { recovery } from '../../contract/recovery.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listOwners } from '../stores/recovery.ts';
import { recoveryOwnerInfo } from './recovery-info.ts';

export const handler = endpoint(recovery.listOwners, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listOwners(platform.table, caller.userId, query);
  return { status: 200, body: items.map(recoveryOwnerInfo), headers: nextCursorHeaders(cursor) };
});
