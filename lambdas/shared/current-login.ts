import { checkPassword, type PasswordKeys } from '../crypto/password.ts';
import type { Table } from '../platform/table.ts';
import { getLogin, getUser, type Login, type User } from '../stores/users.ts';
import { ApiError } from './api-error.ts';
import type { UserCaller } from './caller.ts';

type Current = {
  readonly user: User;
  readonly login: Login;
  readonly email: string;
  readonly keys: PasswordKeys;
};

/**
 * A signed-in user, having shown the password again.
 *
 * @throws ApiError INVALID_CREDENTIALS for a wrong password, and for a user who has none
 */
export async function confirmPassword(table: Table, caller: UserCaller, password: string): Promise<Current> {
  const { email } = caller;
  const [user, login] = await Promise.all([
    getUser(table, caller.userId),
    email ? getLogin(table, email) : undefined,
  ]);
  const keys = await checkPassword(password, login?.password);
  if (!user || !login || !email || !keys) {
    throw new ApiError('INVALID_CREDENTIALS', {
      sentence: 'The current password is wrong.',
      audit: { resource: `users/${caller.userId}`, outcome: 'refused' },
    });
  }
  return { user, login, email, keys };
}
