import { admin } from '../../contract/admin.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listOrgs } from '../stores/orgs.ts';

export const handler = endpoint(admin.listOrgs, async ({ query }, { platform }) => {
  const { items, cursor } = await listOrgs(platform.table, query);
  return {
    status: 200,
    body: items.map(({ orgId, name, createdAt }) => ({ id: orgId, name, createdUtc: createdAt })),
    headers: nextCursorHeaders(cursor),
  };
});
