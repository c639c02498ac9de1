import { kvShares } from '../../contract/kv-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countShareTaken } from '../stores/kv.ts';
import { endShare, getReceived } from '../stores/shares.ts';

export const handler = endpoint(
  kvShares.decline,
  async ({ params: { shareId } }, { caller, platform, now }) => {
    const recipientUserId = caller.userId;
    const received = await getReceived(platform.table, 'kv', recipientUserId, shareId, now);
    if (!received) throw new ApiError('NOT_FOUND');
    const { ownerUserId, resource } = received;
    const shared = { kind: 'kv', ownerUserId, resource } as const;
    return {
      status: 200,
      body: { removed: true, shareId, revokedUtc: now.toISOString() },
      writes: [countShareTaken(ownerUserId, resource), ...endShare(shared, { shareId, recipientUserId })],
      audit: { resource: `kv/shared/${shareId}` },
    };
  },
);
