import type { User } from '../stores/users.ts';

/** What a user may see of themselves. */
export function userInfo({ userId, email, orgId, role, createdAt }: User) {
  return { id: userId, email, orgId, role, createdAt };
}
