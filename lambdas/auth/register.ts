import { auth } from '../../contract/auth.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { sealApiKey } from '../../crypto/server/password.ts';
import type { Settings } from '../../platform/settings.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addUserKey } from '../stores/credentials.ts';
import { addMember } from '../stores/members.ts';
import { defaultOrgId } from '../stores/orgs.ts';
import { addLogin, addUser, type User } from '../stores/users.ts';
import { newPassword } from './passwords.ts';
import { newSession } from './sessions.ts';
import { userInfo } from './user-info.ts';

function mayRegister(email: string, registration: Settings['STRONGROOM_REGISTRATION']): boolean {
  if (typeof registration === 'string') return registration === 'open';
  return registration.includes(email.slice(email.lastIndexOf('@') + 1));
}

export const handler = endpoint(auth.register, async ({ body: { email, password } }, context) => {
  const { platform, settings, now } = context;
  if (!mayRegister(email, settings.STRONGROOM_REGISTRATION)) throw new ApiError('REGISTRATION_CLOSED');

  const apiKey = mintAccessKey('pyapi');
  const user: User = {
    userId: uuidv7(),
    orgId: defaultOrgId,
    email,
    role: 'member',
    createdAt: now.toISOString(),
    passwordVersion: 1,
    apiKeyId: apiKey.keyId,
  };
  const { userId, orgId, passwordVersion } = user;
  const [{ record, sealing }, session] = await Promise.all([
    newPassword(context, password),
    newSession(platform.keys, user, now),
  ]);
  const sealedApiKey = sealApiKey(sealing, userId, apiKey.text);
  return {
    status: 201,
    body: { token: session.token, apiKey: apiKey.text, user: userInfo(user) },
    writes: [
      {
        ...addLogin(email, { userId, orgId, passwordVersion, password: record, sealedApiKey }),
        onConflict: 'EMAIL_TAKEN',
      },
      addUser(user),
      addMember(orgId, { ...user, name: email.slice(0, email.lastIndexOf('@')) }),
      addUserKey(apiKey, user, now),
      session.write(passwordVersion),
    ],
    audit: { resource: `users/${userId}`, actor: { userId, orgId, email } },
  };
});
