import { recovery } from '../../contract/recovery.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteRestore, deleteShare, getRestore, requireSameRestore } from '../stores/recovery.ts';

export const handler = endpoint(
  recovery.deleteTrustee,
  async ({ params: { trusteeUserId } }, { caller: { orgId, userId }, platform }) => {
    const restore = await getRestore(platform.table, orgId, userId);
    // A former trustee must not be able to complete a restore.
    const isTheirs = restore?.trusteeUserId === trusteeUserId;
    return {
      status: 200,
      body: { deleted: true, trusteeUserId },
      writes: [
        { ...deleteShare(userId, trusteeUserId), onConflict: 'NOT_FOUND' },
        isTheirs
          ? deleteRestore(orgId, userId, restore.restoreId)
          : requireSameRestore(orgId, userId, restore),
      ],
      audit: { resource: `recovery/trustees/${trusteeUserId}` },
    };
  },
);
