import { users } from '../../contract/users.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys } from '../stores/keys.ts';
import { getMember } from '../stores/members.ts';
import { publicKeyInfo } from './profile.ts';

export const handler = endpoint(users.get, async ({ params: { userId } }, { caller, platform }) => {
  const [member, keys] = await Promise.all([
    getMember(platform.table, caller.orgId, userId),
    getKeys(platform.table, caller.orgId, userId),
  ]);
  if (!member) throw new ApiError('NOT_FOUND');
  return { status: 200, body: { id: userId, name: member.name, ...publicKeyInfo(keys) } };
});
