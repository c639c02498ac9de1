import { auth } from '../contract/auth.ts';
import { mintAccessKey } from '../crypto/access-key.ts';
import { sealApiKey } from '../crypto/password.ts';
import type { Effect } from '../shared/answer.ts';
import { ApiError } from '../shared/api-error.ts';
import { confirmPassword } from '../shared/current-login.ts';
import { endpoint } from '../shared/endpoint.ts';
import { addUserKey, revokeKey } from '../stores/credentials.ts';
import { getLogin, getUser, replaceLogin, setApiKeyId } from '../stores/users.ts';

export const handler = endpoint(auth.rotateApiKey, async ({ body }, { caller, platform, now }) => {
  const { table } = platform;
  const { userId } = caller;
  const apiKey = mintAccessKey('pyapi');
  const writes: Effect[] = [];
  const user = await getUser(table, userId);
  if (!user) throw new ApiError('UNAUTHENTICATED');

  if (caller.email) {
    const login = await getLogin(table, caller.email);
    const confirmed =
      body.password === undefined ? undefined : await confirmPassword(table, caller, body.password);
    const sealedApiKey = confirmed ? sealApiKey(confirmed.keys.sealing, userId, apiKey.text) : null;
    if (login) {
      const replaced = replaceLogin(caller.email, { ...login, sealedApiKey }, login.passwordVersion);
      writes.push({ ...replaced, orElse: 'CONFLICT' });
    }
  }
  return {
    status: 200,
    body: { apiKey: apiKey.text },
    writes: [
      ...writes,
      { ...setApiKeyId(userId, apiKey.keyId, user.apiKeyId), orElse: 'CONFLICT' },
      revokeKey(user.apiKeyId),
      addUserKey(apiKey, caller, now),
    ],
    audit: { resource: `users/${userId}/apikey` },
  };
});
