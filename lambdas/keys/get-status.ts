import { keys } from '../../contract/keys.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys } from '../stores/keys.ts';

export const handler = endpoint(keys.getStatus, async (_, { caller, platform }) => {
  const stored = await getKeys(platform.table, caller.orgId, caller.userId);
  return { status: 200, body: { hasEcc: stored !== undefined, hasKyber: stored !== undefined } };
});
