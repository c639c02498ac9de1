import { recovery } from '../../contract/recovery.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteRestore, deleteShare, getRestore, restoreIsStill } from '../stores/recovery.ts';

export const handler = endpoint(
  recovery.deleteTrustee,
  async ({ params: { trusteeUserId } }, { caller: { orgId, userId }, platform }) => {
    const restore = await getRestore(platform.table, orgId, userId);
    // Whoever is trusted no more must not have the last word either.
    const isTheirs = restore?.trusteeUserId === trusteeUserId;
    return {
      status: 200,
      body: { deleted: true, trusteeUserId },
      writes: [
        { ...deleteShare(userId, trusteeUserId), onConflict: 'NOT_FOUND' },
        isTheirs ? deleteRestore(orgId, userId, restore.restoreId) : restoreIsStill(orgId, userId, restore),
      ],
      audit: { resource: `recovery/trustees/${trusteeUserId}` },
    };
  },
);
