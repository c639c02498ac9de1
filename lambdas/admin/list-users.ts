import { admin } from '../../contract/admin.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listMembers } from '../stores/members.ts';
import { administeredOrg } from './org-admin.ts';
import { orgUserInfo } from './org-user.ts';

export const handler = endpoint(admin.listUsers, async ({ params, query }, { caller, platform }) => {
  const { orgId } = await administeredOrg(platform.table, caller, params.orgId);
  const { items, cursor } = await listMembers(platform.table, orgId, query);
  return {
    status: 200,
    body: items.map((member) => orgUserInfo(orgId, member)),
    headers: nextCursorHeaders(cursor),
  };
});
