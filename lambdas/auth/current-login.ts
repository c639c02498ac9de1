import { checkPassword, type PasswordKeys } from '../../crypto/server/password.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Login } from '../stores/users.ts';

/**
 * The keys of a signed-in user's password, shown again.
 *
 * @throws ApiError INVALID_CREDENTIALS for a wrong password, and for a user who has none
 */
export async function confirmPassword(
  caller: UserCaller,
  login: Login | undefined,
  password: string,
): Promise<{ readonly login: Login; readonly keys: PasswordKeys }> {
  const keys = await checkPassword(password, login?.password ?? undefined);
  if (!login || !keys) {
    throw new ApiError('INVALID_CREDENTIALS', {
      sentence: 'The current password is wrong.',
      audit: { resource: `users/${caller.userId}`, outcome: 'refused' },
    });
  }
  return { login, keys };
}
