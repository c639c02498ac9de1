import type { SessionClaims } from '../../crypto/server/jwt.ts';
import type { Table, Write } from '../../platform/table.ts';

type Session = { readonly passwordVersion: number };

const keyOf = (userId: string, sessionId: string) => ({ pk: userId, sk: sessionId });

/** Returns a session that was not signed out and has not expired. */
export async function getSession(table: Table, claims: SessionClaims): Promise<Session | undefined> {
  return (await table.get('sessions', keyOf(claims.sub, claims.jti))) as Session | undefined;
}

export function addSession(claims: SessionClaims, passwordVersion: number): Write {
  return {
    table: 'sessions',
    put: { ...keyOf(claims.sub, claims.jti), passwordVersion, ttl: claims.exp },
    if: ['absent'],
  };
}

export function endSession(userId: string, sessionId: string): Write {
  return { table: 'sessions', delete: keyOf(userId, sessionId) };
}
