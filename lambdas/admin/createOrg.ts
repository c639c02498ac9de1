import { admin } from '../contract/admin.ts';
import { endpoint } from '../shared/endpoint.ts';
import { uuidv7 } from '../shared/ids.ts';
import { addOrg } from '../stores/orgs.ts';

export const handler = endpoint(admin.createOrg, async ({ body: { name } }, { now }) => {
  const orgId = uuidv7();
  const createdAt = now.toISOString();
  return {
    status: 201,
    body: { id: orgId, name, createdUtc: createdAt },
    writes: addOrg({ orgId, name, createdAt }),
    audit: { resource: `orgs/${orgId}` },
  };
});
