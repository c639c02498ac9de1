import { fileShares } from '../../contract/file-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countFileShareTaken } from '../stores/files.ts';
import { endShare, getReceived } from '../stores/shares.ts';

export const handler = endpoint(
  fileShares.decline,
  async ({ params: { shareId } }, { caller, platform, now }) => {
    const recipientUserId = caller.userId;
    const received = await getReceived(platform.table, 'file', recipientUserId, shareId, now);
    if (!received) throw new ApiError('NOT_FOUND');
    const { ownerUserId, resource } = received;
    const shared = { kind: 'file', ownerUserId, resource } as const;
    return {
      status: 200,
      body: { removed: true, shareId, revokedUtc: now.toISOString() },
      writes: [countFileShareTaken(ownerUserId, resource), ...endShare(shared, { shareId, recipientUserId })],
      audit: { resource: `files/shared/${shareId}` },
    };
  },
);
