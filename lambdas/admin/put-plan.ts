import { admin } from '../../contract/admin.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { setPlan } from '../stores/orgs.ts';

export const handler = endpoint(admin.putPlan, async ({ params: { orgId }, body }) => ({
  status: 200,
  body,
  writes: [{ ...setPlan(orgId, body), onConflict: 'NOT_FOUND' }],
  audit: { resource: `orgs/${orgId}/plan` },
}));
