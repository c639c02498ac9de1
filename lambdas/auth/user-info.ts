import type { User } from '../stores/users.ts';

/** Returns a user as they see themselves. */
export function userInfo({ userId, email, orgId, role, createdAt }: User) {
  return { id: userId, email, orgId, role, createdAt };
}
