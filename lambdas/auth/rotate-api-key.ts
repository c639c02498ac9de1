import { auth } from '../../contract/auth.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { sealApiKey } from '../../crypto/server/password.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Effect } from '../pipeline/effects.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addUserKey, revokeKey } from '../stores/credentials.ts';
import { getLogin, getUser, replaceLogin, setApiKeyId } from '../stores/users.ts';
import { confirmPassword } from './passwords.ts';

export const handler = endpoint(auth.rotateApiKey, async ({ body }, context) => {
  const { caller, platform, now } = context;
  const { table } = platform;
  const { userId, email } = caller;
  const [user, login] = await Promise.all([
    getUser(table, userId),
    email ? getLogin(table, email) : undefined,
  ]);
  if (!user) throw new ApiError('UNAUTHENTICATED');

  const apiKey = mintAccessKey('pyapi');
  const confirmed =
    body.password === undefined ? undefined : await confirmPassword(context, login, body.password);
  // Without the password the copy cannot be sealed again, and the old copy would hold a key that no longer works.
  const sealedApiKey = confirmed ? sealApiKey(confirmed.keys.sealing, userId, apiKey.text) : null;
  const copy: Effect[] =
    login && email
      ? [
          {
            ...replaceLogin(email, { ...login, sealedApiKey }, login.passwordVersion),
            onConflict: 'CONFLICT',
          },
        ]
      : [];
  return {
    status: 200,
    body: { apiKey: apiKey.text },
    writes: [
      ...copy,
      { ...setApiKeyId(userId, apiKey.keyId, user.apiKeyId), onConflict: 'CONFLICT' },
      revokeKey(user.apiKeyId),
      addUserKey(apiKey, caller, now),
    ],
    audit: { resource: `users/${userId}/apikey` },
  };
});
