import type { Member } from '../stores/members.ts';

/** Returns a user as the administrators of their org see them. */
export function orgUserInfo(orgId: string, { userId, name, email, role, createdAt }: Member) {
  return { id: userId, orgId, name, email, role, isAdmin: role === 'admin', createdUtc: createdAt };
}
