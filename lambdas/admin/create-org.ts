import { admin } from '../../contract/admin.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { endpoint } from '../pipeline/endpoint.ts';
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
