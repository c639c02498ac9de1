import { type AccessKey, parseAccessKey } from '../../crypto/server/access-key.ts';
import { type SessionClaims, verifySession } from '../../crypto/server/jwt.ts';
import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import type { Platform } from '../../platform/platform.ts';
import { findCaller } from '../stores/credentials.ts';
import { getSession } from '../stores/sessions.ts';
import { getUser, type User } from '../stores/users.ts';
import type { Caller } from './caller.ts';

/** Returns the credential of a request: `X-Api-Key`, else `Authorization: Bearer`. */
export function credentialOf(headers: ReadonlyMap<string, string>): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
  return headers.get('x-api-key')?.trim() || bearer;
}

/** Returns whether a request tries to authenticate, even if the credential header is empty or malformed. */
export function hasCredentialHeader(headers: ReadonlyMap<string, string>): boolean {
  return headers.has('x-api-key') || headers.has('authorization');
}

/** Returns an identifier for counters and caches that does not reveal the credential. */
export function fingerprint(credential: string): string {
  return sha256Base64Url(credential);
}

export type Session = { readonly user: User; readonly claims: SessionClaims };

/**
 * Returns the session of a JWT that this server signed, that has neither expired nor been revoked, and that was
 * issued under the current password.
 */
export async function findSession({ table, keys }: Platform, token: string): Promise<Session | undefined> {
  const claims = await verifySession(keys, token);
  if (!claims) return undefined;
  const [session, user] = await Promise.all([getSession(table, claims), getUser(table, claims.sub)]);
  if (!session || !user || session.passwordVersion !== user.passwordVersion) return undefined;
  return { user, claims };
}

/** Returns the caller that a credential belongs to, or `undefined` if it is unknown, wrong, expired or revoked. */
export async function authenticate(platform: Platform, credential: string): Promise<Caller | undefined> {
  const key: AccessKey | undefined = parseAccessKey(credential);
  if (key) return findCaller(platform.table, key);
  const session = await findSession(platform, credential);
  if (!session) return undefined;
  const { userId, orgId, email, role } = session.user;
  return {
    kind: 'user',
    userId,
    orgId,
    email,
    role,
    credential: { kind: 'session', id: session.claims.jti },
  };
}
