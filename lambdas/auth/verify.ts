import { auth } from '../../contract/auth.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { credentialOf, findSession } from '../pipeline/authenticate.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { userInfo } from './user-info.ts';

export const handler = endpoint(auth.verify, async ({ body }, { platform, headers }) => {
  const token = body.token ?? credentialOf(headers);
  const session = token ? await findSession(platform, token) : undefined;
  if (!session) throw new ApiError('UNAUTHENTICATED', { extra: { valid: false } });
  const expiresAt = new Date(session.claims.exp * 1000).toISOString();
  return { status: 200, body: { valid: true, user: userInfo(session.user), expiresAt } };
});
