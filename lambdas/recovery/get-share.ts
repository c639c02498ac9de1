import { recovery } from '../../contract/recovery.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getShare } from '../stores/recovery.ts';
import { recoveryOwnerInfo } from './recovery-info.ts';

export const handler = endpoint(
  recovery.getShare,
  async ({ params: { ownerUserId } }, { caller, platform }) => {
    const { orgId, userId } = caller;
    const share = await getShare(platform.table, ownerUserId, userId);
    if (share?.orgId !== orgId) throw new ApiError('NOT_FOUND');
    return {
      status: 200,
      body: {
        ...recoveryOwnerInfo(share),
        encryptedPrivateKeyEccShareB64: toBase64(share.eccShare),
        encryptedPrivateKeyKyberShareB64: toBase64(share.kyberShare),
      },
      // The owner sees who has read a share of their keys.
      audit: { resource: `recovery/shares/${ownerUserId}`, owner: { userId: ownerUserId, orgId } },
    };
  },
);
