import { auth } from '../contract/auth.ts';
import { newPassword, openApiKey, sealApiKey } from '../crypto/password.ts';
import { confirmPassword } from '../shared/current-login.ts';
import { endpoint } from '../shared/endpoint.ts';
import { newSession } from '../shared/sessions.ts';
import { userInfo } from '../shared/user-info.ts';
import { replaceLogin, setPasswordVersion } from '../stores/users.ts';

export const handler = endpoint(auth.password, async ({ body }, { caller, platform, now }) => {
  const { user, login, email, keys } = await confirmPassword(platform.table, caller, body.currentPassword);
  const { userId } = user;
  const passwordVersion = login.passwordVersion + 1;
  const { record, sealing } = await newPassword(body.newPassword);
  const apiKey = login.sealedApiKey && openApiKey(keys.sealing, userId, login.sealedApiKey);
  const replaced = {
    ...login,
    passwordVersion,
    password: record,
    sealedApiKey: apiKey ? sealApiKey(sealing, userId, apiKey) : null,
  };
  const session = await newSession(platform.keys, { ...user, passwordVersion }, now);
  return {
    status: 200,
    body: { token: session.token, user: userInfo(user) },
    writes: [
      { ...replaceLogin(email, replaced, login.passwordVersion), orElse: 'CONFLICT' },
      { ...setPasswordVersion(userId, passwordVersion, login.passwordVersion), orElse: 'CONFLICT' },
      session.write,
    ],
    audit: { resource: `users/${userId}` },
  };
});
