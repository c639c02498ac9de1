import { auth } from '../../contract/auth.ts';
import { openApiKey, sealApiKey } from '../../crypto/server/password.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getLogin, getUser, replaceLogin, setPasswordVersion } from '../stores/users.ts';
import { confirmPassword, newPassword } from './passwords.ts';
import { newSession } from './sessions.ts';
import { userInfo } from './user-info.ts';

export const handler = endpoint(auth.changePassword, async ({ body }, context) => {
  const { caller, platform, now } = context;
  const { userId, email } = caller;
  const { table } = platform;
  const [user, current, session] = await Promise.all([
    getUser(table, userId),
    email ? getLogin(table, email) : undefined,
    newSession(platform.keys, caller, now),
  ]);
  const { login, keys } = await confirmPassword(context, current, body.currentPassword);
  if (!user || !email) throw new ApiError('UNAUTHENTICATED');

  const { record, sealing } = await newPassword(context, body.newPassword);
  const apiKey = login.sealedApiKey && openApiKey(keys.sealing, userId, login.sealedApiKey);
  const passwordVersion = login.passwordVersion + 1;
  const replaced = {
    ...login,
    passwordVersion,
    password: record,
    sealedApiKey: apiKey ? sealApiKey(sealing, userId, apiKey) : null,
  };
  return {
    status: 200,
    body: { token: session.token, user: userInfo(user) },
    writes: [
      { ...replaceLogin(email, replaced, login.passwordVersion), onConflict: 'CONFLICT' },
      {
        ...setPasswordVersion(userId, passwordVersion, { ...user, passwordVersion: login.passwordVersion }),
        onConflict: 'CONFLICT',
      },
      session.write(passwordVersion),
    ],
    audit: { resource: `users/${userId}` },
  };
});
