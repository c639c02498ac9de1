import { recovery } from '../../contract/recovery.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteRestore, getRestore } from '../stores/recovery.ts';

export const handler = endpoint(recovery.vetoRestore, async (_, { caller, platform }) => {
  const { orgId, userId } = caller;
  const restore = await getRestore(platform.table, orgId, userId);
  if (!restore) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: { vetoed: true },
    writes: [{ ...deleteRestore(orgId, userId, restore.restoreId), onConflict: 'CONFLICT' }],
    audit: { resource: `recovery/restore/${restore.trusteeUserId}` },
  };
});
