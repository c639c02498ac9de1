import { createHash } from 'node:crypto';
import { type AccessKey, parseAccessKey } from '../../crypto/server/access-key.ts';
import { type SessionClaims, verifySession } from '../../crypto/server/jwt.ts';
import type { Platform } from '../../platform/platform.ts';
import { findCaller } from '../stores/credentials.ts';
import { getSession } from '../stores/sessions.ts';
import { getUser, type User } from '../stores/users.ts';
import type { Caller } from './caller.ts';

/** The credential that a request carries: `X-Api-Key`, else `Authorization: Bearer`. */
export function credentialOf(headers: ReadonlyMap<string, string>): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
  return headers.get('x-api-key')?.trim() || bearer;
}

/** Whether a request tries to say who makes it, were it by a header that holds nothing of use. */
export function hasCredentialHeader(headers: ReadonlyMap<string, string>): boolean {
  return headers.has('x-api-key') || headers.has('authorization');
}

/** A name for a credential that says nothing of it, for counters and caches. */
export function fingerprint(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url');
}

export type Session = { readonly user: User; readonly claims: SessionClaims };

/** The session of a JWT that is signed by us, not expired, not revoked, and under the current password. */
export async function openSession({ table, keys }: Platform, token: string): Promise<Session | undefined> {
  const claims = await verifySession(keys, token);
  if (!claims) return undefined;
  const [session, user] = await Promise.all([getSession(table, claims), getUser(table, claims.sub)]);
  if (!session || !user || session.passwordVersion !== user.passwordVersion) return undefined;
  return { user, claims };
}

/** Who a credential belongs to; `undefined` where it is unknown, wrong, expired or revoked, whichever it is. */
export async function authenticate(platform: Platform, credential: string): Promise<Caller | undefined> {
  const key: AccessKey | undefined = parseAccessKey(credential);
  if (key) return findCaller(platform.table, key);
  const session = await openSession(platform, credential);
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
