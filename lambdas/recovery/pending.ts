import { recovery } from '../contract/recovery.ts';
import { endpoint } from '../shared/endpoint.ts';
import { getRestore } from '../stores/recovery.ts';

export const handler = endpoint(recovery.pending, async (_, { caller, platform }) => {
  const restore = await getRestore(platform.table, caller.orgId, caller.userId);
  if (!restore) return { status: 200, body: { restore: null } };
  const { trusteeUserId, trusteeName, usedXor, xorSaltHint, createdAt, availableAt } = restore;
  const times = { createdUtc: createdAt, availableUtc: availableAt };
  return { status: 200, body: { restore: { trusteeUserId, trusteeName, usedXor, xorSaltHint, ...times } } };
});
