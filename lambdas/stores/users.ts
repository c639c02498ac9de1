import type { PasswordRecord } from '../../crypto/server/password.ts';
import type { Table, Write } from '../../platform/table.ts';

/** A user record. */
export type User = {
  readonly userId: string;
  readonly orgId: string;
  readonly email: string | null;
  readonly role: 'member' | 'admin';
  readonly createdAt: string;
  /** Incremented by every change of the password; sessions of an earlier version are void. */
  readonly passwordVersion: number;
  readonly apiKeyId: string;
};

/** The sign-in record of an e-mail address. It also reserves the address. */
export type Login = {
  readonly userId: string;
  readonly orgId: string;
  readonly passwordVersion: number;
  /** null for a user whom an administrator created: they have only an API key. */
  readonly password: PasswordRecord | null;
  /** The API key sealed under the password; null if the key was replaced without it. */
  readonly sealedApiKey: Uint8Array | null;
};

const userKey = (userId: string) => ({ pk: `user#${userId}`, sk: 'user' });
const loginKey = (email: string) => ({ pk: `email#${email}`, sk: 'login' });

export async function getUser(table: Table, userId: string): Promise<User | undefined> {
  return (await table.get('users', userKey(userId))) as User | undefined;
}

export async function getLogin(table: Table, email: string): Promise<Login | undefined> {
  return (await table.get('users', loginKey(email))) as Login | undefined;
}

export function addUser(user: User): Write {
  return { table: 'users', put: { ...userKey(user.userId), ...user }, if: ['absent'] };
}

export function addLogin(email: string, login: Login): Write {
  return { table: 'users', put: { ...loginKey(email), ...login }, if: ['absent'] };
}

/** Replaces the password and the sealed API key. Fails if the password has changed in the meantime. */
export function replaceLogin(email: string, login: Login, knownVersion: number): Write {
  return {
    table: 'users',
    put: { ...loginKey(email), ...login },
    if: [{ field: 'passwordVersion', equals: knownVersion }],
  };
}

/**
 * Sets the password version. Fails if the password, or the API key whose copy is sealed under it, was replaced in the
 * meantime.
 */
export function setPasswordVersion(
  userId: string,
  version: number,
  existing: Pick<User, 'passwordVersion' | 'apiKeyId'>,
): Write {
  return {
    table: 'users',
    update: userKey(userId),
    set: { passwordVersion: version },
    if: [
      { field: 'passwordVersion', equals: existing.passwordVersion },
      { field: 'apiKeyId', equals: existing.apiKeyId },
    ],
  };
}

/** Deletes the sealed copy of an API key that is replaced without the password. */
export function dropSealedApiKey(email: string): Write {
  return { table: 'users', update: loginKey(email), set: { sealedApiKey: null } };
}

/** Sets the user's new API key. Fails if the key that it replaces is no longer the current one. */
export function setApiKeyId(userId: string, keyId: string, knownKeyId: string): Write {
  return {
    table: 'users',
    update: userKey(userId),
    set: { apiKeyId: keyId },
    if: [{ field: 'apiKeyId', equals: knownKeyId }],
  };
}
