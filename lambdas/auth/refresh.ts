import { auth } from '../../contract/auth.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getUser } from '../stores/users.ts';
import { newSession } from './sessions.ts';
import { userInfo } from './user-info.ts';

export const handler = endpoint(auth.refresh, async (_, { caller, platform, now }) => {
  if (caller.credential.kind !== 'session') throw new ApiError('UNAUTHENTICATED');
  const [user, session] = await Promise.all([
    getUser(platform.table, caller.userId),
    newSession(platform.keys, caller, now),
  ]);
  if (!user) throw new ApiError('UNAUTHENTICATED');
  return {
    status: 200,
    body: { token: session.token, user: userInfo(user) },
    writes: [session.write(user.passwordVersion)],
    audit: { resource: 'sessions' },
  };
});
