import { admin } from '../../contract/admin.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { setStorage } from '../stores/orgs.ts';

export const handler = endpoint(admin.putStorage, async ({ params: { orgId }, body }) => ({
  status: 200,
  body,
  writes: [{ ...setStorage(orgId, body), onConflict: 'NOT_FOUND' }],
  audit: { resource: `orgs/${orgId}/storage` },
}));
