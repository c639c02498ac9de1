import { admin } from '../../contract/admin.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import type { Effect } from '../pipeline/effects.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addUserKey } from '../stores/credentials.ts';
import { addMember } from '../stores/members.ts';
import { addLogin, addUser, type User } from '../stores/users.ts';
import { administeredOrg } from './org-admin.ts';
import { orgUserInfo } from './org-user.ts';

export const handler = endpoint(admin.createUser, async ({ params: { orgId }, body }, context) => {
  const { caller, platform, now } = context;
  await administeredOrg(platform.table, caller, orgId);

  const apiKey = mintAccessKey('pyapi');
  const user: User = {
    userId: uuidv7(),
    orgId,
    email: body.email ?? null,
    role: body.isAdmin ? 'admin' : 'member',
    createdAt: now.toISOString(),
    passwordVersion: 1,
    apiKeyId: apiKey.keyId,
  };
  const { userId, email, role, createdAt, passwordVersion } = user;
  const member = { userId, name: body.name, email, role, createdAt };
  // Reserves the address: no one else can register it, and no password signs in with it.
  const reserved = { userId, orgId, passwordVersion, password: null, sealedApiKey: null };
  const login: Effect[] = email ? [{ ...addLogin(email, reserved), onConflict: 'EMAIL_TAKEN' }] : [];
  return {
    status: 201,
    body: { ...orgUserInfo(orgId, member), apiKey: apiKey.text },
    writes: [...login, addUser(user), addMember(orgId, member), addUserKey(apiKey, user, now)],
    audit: { resource: `orgs/${orgId}/users/${userId}` },
  };
});
