import type { PasswordRecord } from '../../crypto/server/password.ts';
import type { Table, Write } from '../../platform/table.ts';

/** What the appliance knows of a user. */
export type User = {
  readonly userId: string;
  readonly orgId: string;
  readonly email: string | null;
  readonly role: 'member' | 'admin';
  readonly createdAt: string;
  /** Grows with every change of the password; sessions of an earlier one are void. */
  readonly passwordVersion: number;
  readonly apiKeyId: string;
};

/** What a sign-in needs, under the e-mail address: it also reserves that address. */
export type Login = {
  readonly userId: string;
  readonly orgId: string;
  readonly passwordVersion: number;
  /** null for a user whom an administrator made: they have an API key alone. */
  readonly password: PasswordRecord | null;
  /** The API key sealed under the password; null where the key was replaced without it. */
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

/** Replaces password and sealed key, where nobody changed the password in between. */
export function replaceLogin(email: string, login: Login, knownVersion: number): Write {
  return {
    table: 'users',
    put: { ...loginKey(email), ...login },
    if: [{ field: 'passwordVersion', equals: knownVersion }],
  };
}

/** Where neither the password nor the API key, whose copy is sealed under it, was replaced in between. */
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

/** Forgets the copy of an API key that is replaced without the password. */
export function dropSealedApiKey(email: string): Write {
  return { table: 'users', update: loginKey(email), set: { sealedApiKey: null } };
}

/** Names the user's new API key, where the one that it replaces is still the current one. */
export function setApiKeyId(userId: string, keyId: string, knownKeyId: string): Write {
  return {
    table: 'users',
    update: userKey(userId),
    set: { apiKeyId: keyId },
    if: [{ field: 'apiKeyId', equals: knownKeyId }],
  };
}
