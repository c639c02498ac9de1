import { kvShares } from '../../contract/kv-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countShareTaken } from '../stores/kv.ts';
import { endShare, getGrant } from '../stores/shares.ts';

export const handler = endpoint(
  kvShares.revoke,
  async ({ params: { key, recipientUserId } }, { caller, platform, now }) => {
    const { userId } = caller;
    const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
    const grant = await getGrant(platform.table, shared, recipientUserId, now);
    if (!grant) throw new ApiError('NOT_FOUND');
    return {
      status: 200,
      body: { revoked: true, shareId: grant.shareId, revokedUtc: now.toISOString() },
      writes: [countShareTaken(userId, key), ...endShare(shared, grant)],
      audit: { resource: `kv/${key}/shares/${recipientUserId}` },
    };
  },
);
