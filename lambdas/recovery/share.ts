import { recovery } from '../contract/recovery.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { recoveryOwnerInfo } from '../shared/recovery-info.ts';
import { toB64 } from '../shared/vault.ts';
import { getShare } from '../stores/recovery.ts';

export const handler = endpoint(recovery.share, async ({ params: { ownerUserId } }, { caller, platform }) => {
  const { orgId, userId } = caller;
  const share = await getShare(platform.table, ownerUserId, userId);
  if (share?.orgId !== orgId) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: {
      ...recoveryOwnerInfo(share),
      encryptedPrivateKeyEccShareB64: toB64(share.eccShare),
      encryptedPrivateKeyKyberShareB64: toB64(share.kyberShare),
    },
    // The owner is to see who has taken a share of their keys.
    audit: { resource: `recovery/shares/${ownerUserId}`, owner: { userId: ownerUserId, orgId } },
  };
});
