import { fileShares } from '../../contract/file-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countFileShareTaken } from '../stores/files.ts';
import { endShare, getGrant } from '../stores/shares.ts';

export const handler = endpoint(
  fileShares.revoke,
  async ({ params: { id, recipientUserId } }, { caller, platform, now }) => {
    const { userId } = caller;
    const shared = { kind: 'file', ownerUserId: userId, resource: id } as const;
    const grant = await getGrant(platform.table, shared, recipientUserId, now);
    if (!grant) throw new ApiError('NOT_FOUND');
    return {
      status: 200,
      body: { revoked: true, shareId: grant.shareId, revokedUtc: now.toISOString() },
      writes: [countFileShareTaken(userId, id), ...endShare(shared, grant)],
      audit: { resource: `files/${id}/shares/${recipientUserId}` },
    };
  },
);
