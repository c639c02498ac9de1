import { admin } from '../contract/admin.ts';
import { endpoint } from '../shared/endpoint.ts';
import { administeredOrg } from '../shared/org-admin.ts';

export const handler = endpoint(admin.getPlan, async ({ params: { orgId } }, { caller, platform }) => {
  const { plan } = await administeredOrg(platform.table, caller, orgId);
  return { status: 200, body: plan };
});
