import { auth } from '../../contract/auth.ts';
import { openApiKey } from '../../crypto/server/password.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getLogin, getUser } from '../stores/users.ts';
import { checkPassword } from './passwords.ts';
import { newSession } from './sessions.ts';
import { userInfo } from './user-info.ts';

export const handler = endpoint(auth.login, async ({ body: { email, password } }, context) => {
  const { platform, now } = context;
  const login = await getLogin(platform.table, email);
  const keys = await checkPassword(context, password, login?.password);
  const actor = login && { userId: login.userId, orgId: login.orgId, email };
  if (!login || !keys) {
    throw new ApiError('INVALID_CREDENTIALS', { audit: { resource: 'sessions', outcome: 'refused', actor } });
  }
  const [user, session] = await Promise.all([
    getUser(platform.table, login.userId),
    newSession(platform.keys, login, now),
  ]);
  if (!user) throw new Error('the user of a login does not exist');
  return {
    status: 200,
    body: {
      token: session.token,
      apiKey: login.sealedApiKey && openApiKey(keys.sealing, login.userId, login.sealedApiKey),
      user: userInfo(user),
    },
    writes: [session.write(login.passwordVersion)],
    audit: { resource: 'sessions', actor },
  };
});
