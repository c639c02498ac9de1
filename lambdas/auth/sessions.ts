import { limits } from '../../contract/limits.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { type SessionClaims, signSession } from '../../crypto/server/jwt.ts';
import type { Keys } from '../../platform/keys.ts';
import type { Write } from '../../platform/table.ts';
import { addSession } from '../stores/sessions.ts';

type NewSession = {
  readonly token: string;
  /** Returns the write that makes the token valid, for as long as the password has this version. */
  readonly write: (passwordVersion: number) => Write;
};

export async function newSession(
  keys: Keys,
  { userId, orgId }: { readonly userId: string; readonly orgId: string },
  now: Date,
): Promise<NewSession> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims: SessionClaims = {
    sub: userId,
    org: orgId,
    jti: uuidv7(),
    iat,
    exp: iat + limits.tokenSeconds,
  };
  return {
    token: await signSession(keys, claims),
    write: (passwordVersion) => addSession(claims, passwordVersion),
  };
}
