import { auth } from '../contract/auth.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { newSession } from '../shared/sessions.ts';
import { userInfo } from '../shared/user-info.ts';
import { getUser } from '../stores/users.ts';

export const handler = endpoint(auth.refresh, async (_, { caller, platform, now }) => {
  const user = caller.credential.kind === 'session' && (await getUser(platform.table, caller.userId));
  if (!user) throw new ApiError('UNAUTHENTICATED');
  const session = await newSession(platform.keys, user, now);
  return {
    status: 200,
    body: { token: session.token, user: userInfo(user) },
    writes: [session.write],
    audit: { resource: 'sessions' },
  };
});
