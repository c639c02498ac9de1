import { admin } from '../../contract/admin.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Effect } from '../pipeline/effects.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addUserKey, revokeKey } from '../stores/credentials.ts';
import { dropSealedApiKey, getUser, setApiKeyId } from '../stores/users.ts';
import { administeredOrg } from './org-admin.ts';

export const handler = endpoint(admin.rotateApiKey, async ({ params }, { caller, platform, now }) => {
  const { orgId, userId } = params;
  const [, user] = await Promise.all([
    administeredOrg(platform.table, caller, orgId),
    getUser(platform.table, userId),
  ]);
  if (user?.orgId !== orgId) throw new ApiError('NOT_FOUND');

  const apiKey = mintAccessKey('pyapi');
  const copy: Effect[] = user.email ? [dropSealedApiKey(user.email)] : [];
  return {
    status: 200,
    body: { userId, apiKey: apiKey.text },
    writes: [
      { ...setApiKeyId(userId, apiKey.keyId, user.apiKeyId), onConflict: 'CONFLICT' },
      ...copy,
      revokeKey(user.apiKeyId),
      addUserKey(apiKey, user, now),
    ],
    audit: { resource: `orgs/${orgId}/users/${userId}/apikey` },
  };
});
