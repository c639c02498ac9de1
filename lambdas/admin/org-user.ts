import type { Member } from '../stores/members.ts';

/** A user as whoever administers their org sees them. */
export function orgUserInfo(orgId: string, { userId, name, email, role, createdAt }: Member) {
  return { id: userId, orgId, name, email, role, isAdmin: role === 'admin', createdUtc: createdAt };
}
