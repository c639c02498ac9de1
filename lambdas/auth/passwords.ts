import type { PasswordKeys, PasswordRecord } from '../../crypto/server/password.ts';
import * as passwords from '../../crypto/server/password.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';
import type { Login } from '../stores/users.ts';

type Admitting = Pick<Context, 'admitted'>;

// Argon2id takes 64 MiB and a large part of a second, so nothing here starts for a refused caller.

/**
 * Returns the keys of a password that matches its record, else `undefined`. It takes the same time without a record.
 */
export async function checkPassword(
  { admitted }: Admitting,
  password: string,
  record: PasswordRecord | null | undefined,
): Promise<PasswordKeys | undefined> {
  await admitted();
  return passwords.checkPassword(password, record ?? undefined);
}

export async function newPassword(
  { admitted }: Admitting,
  password: string,
): Promise<PasswordKeys & { readonly record: PasswordRecord }> {
  await admitted();
  return passwords.newPassword(password);
}

/**
 * Returns the keys of a signed-in user's password, which the user has entered again.
 *
 * @throws ApiError INVALID_CREDENTIALS for a wrong password, and for a user without a password
 */
export async function confirmPassword(
  context: Admitting & { readonly caller: UserCaller },
  login: Login | undefined,
  password: string,
): Promise<{ readonly login: Login; readonly keys: PasswordKeys }> {
  const keys = await checkPassword(context, password, login?.password);
  if (!login || !keys) {
    throw new ApiError('INVALID_CREDENTIALS', {
      sentence: 'The current password is wrong.',
      audit: { resource: `users/${context.caller.userId}`, outcome: 'refused' },
    });
  }
  return { login, keys };
}
