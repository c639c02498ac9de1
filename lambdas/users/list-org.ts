import { users } from '../../contract/users.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listKeys, type StoredKeys } from '../stores/keys.ts';
import { listMembers } from '../stores/members.ts';
import { publicKeyInfo } from './profile.ts';

const none: ReadonlyMap<string, StoredKeys> = new Map();

export const handler = endpoint(users.listOrg, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listMembers(platform.table, caller.orgId, query);
  const [first, last] = [items.at(0)?.userId, items.at(-1)?.userId];
  const keys =
    first && last
      ? await listKeys(platform.table, caller.orgId, { from: first, to: last, limit: items.length })
      : none;
  return {
    status: 200,
    body: items.map(({ userId, name }) => ({ id: userId, name, ...publicKeyInfo(keys.get(userId)) })),
    headers: nextCursorHeaders(cursor),
  };
});
