import type { TokenScope } from '../../contract/scopes.ts';
import { type AccessKey, hashAccessKey, matchesHash } from '../../crypto/server/access-key.ts';
import type { Table, Write } from '../../platform/table.ts';
import type { Caller } from '../pipeline/caller.ts';

type Credential = { readonly hash: Uint8Array } & (
  | { readonly kind: 'administrator' }
  | {
      readonly kind: 'token';
      readonly userId: string;
      readonly orgId: string;
      readonly email: string | null;
      readonly scopes: readonly TokenScope[];
    }
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly orgId: string;
      readonly email: string | null;
      readonly role: 'member' | 'admin';
    }
);

const keyOf = (keyId: string) => ({ pk: `key#${keyId}`, sk: 'credential' });

/** Returns the caller that a key belongs to, or `undefined` if the key is unknown, revoked or wrong. */
export async function findCaller(table: Table, key: AccessKey): Promise<Caller | undefined> {
  const found = (await table.get('credentials', keyOf(key.keyId))) as Credential | undefined;
  if (!found || !matchesHash(key, found.hash)) return undefined;
  if (found.kind === 'administrator') {
    return { kind: 'administrator', credential: { kind: 'administratorKey', id: key.keyId } };
  }
  if (found.kind === 'token') {
    const { userId, orgId, email, scopes } = found;
    return { kind: 'token', userId, orgId, email, scopes, credential: { kind: 'token', id: key.keyId } };
  }
  const { userId, orgId, email, role } = found;
  return { kind: 'user', userId, orgId, email, role, credential: { kind: 'apiKey', id: key.keyId } };
}

type Owner = {
  readonly userId: string;
  readonly orgId: string;
  readonly email: string | null;
  readonly role: 'member' | 'admin';
};

export function addUserKey(key: AccessKey, { userId, orgId, email, role }: Owner, now: Date): Write {
  const item = { userId, orgId, email, role, hash: hashAccessKey(key), createdAt: now.toISOString() };
  return { table: 'credentials', put: { ...keyOf(key.keyId), kind: 'user', ...item }, if: ['absent'] };
}

/** Adds the key of an API token. It stops working at the start of the second in which the token expires. */
export function addTokenKey(
  key: AccessKey,
  { userId, orgId, email }: Owner,
  { scopes, expiresAt }: { readonly scopes: readonly TokenScope[]; readonly expiresAt: string | null },
  now: Date,
): Write {
  const item = { userId, orgId, email, scopes, hash: hashAccessKey(key), createdAt: now.toISOString() };
  const ttl = expiresAt === null ? undefined : Math.floor(Date.parse(expiresAt) / 1000);
  return {
    table: 'credentials',
    put: { ...keyOf(key.keyId), kind: 'token', ...item, ...(ttl !== undefined && { ttl }) },
    if: ['absent'],
  };
}

/** Names the global administrator's key. An installation creates it once, at its first start. */
const administratorKey = { pk: 'administrator', sk: 'current' };

/** Fails if the installation has an administrator key. */
export function addAdministratorKey(key: AccessKey, now: Date): Write[] {
  const item = { hash: hashAccessKey(key), createdAt: now.toISOString() };
  return [
    { table: 'credentials', put: { ...administratorKey, keyId: key.keyId }, if: ['absent'] },
    {
      table: 'credentials',
      put: { ...keyOf(key.keyId), kind: 'administrator', ...item },
      if: ['absent'],
    },
  ];
}

export async function hasAdministratorKey(table: Table): Promise<boolean> {
  return (await table.get('credentials', administratorKey)) !== undefined;
}

export function revokeKey(keyId: string): Write {
  return { table: 'credentials', delete: keyOf(keyId) };
}
