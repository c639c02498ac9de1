import { admin } from '../../contract/admin.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { administeredOrg } from './org-admin.ts';

export const handler = endpoint(admin.getPlan, async ({ params: { orgId } }, { caller, platform }) => {
  const { plan } = await administeredOrg(platform.table, caller, orgId);
  return { status: 200, body: plan };
});
