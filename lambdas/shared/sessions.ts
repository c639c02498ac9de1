import { limits } from '../contract/limits.ts';
import { type SessionClaims, signSession } from '../crypto/jwt.ts';
import type { Keys } from '../platform/keys.ts';
import type { Write } from '../platform/table.ts';
import { addSession } from '../stores/sessions.ts';
import type { User } from '../stores/users.ts';
import { uuidv7 } from './ids.ts';

type Holder = Pick<User, 'userId' | 'orgId' | 'passwordVersion'>;

/** A token for a user, and the write that makes it count. */
export async function newSession(
  keys: Keys,
  user: Holder,
  now: Date,
): Promise<{ token: string; write: Write }> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims: SessionClaims = {
    sub: user.userId,
    org: user.orgId,
    jti: uuidv7(),
    iat,
    exp: iat + limits.tokenSeconds,
  };
  return { token: await signSession(keys, claims), write: addSession(claims, user.passwordVersion) };
}
