import * as z from 'zod';
import type { Condition, Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, parsePage, type StoredPage, Time } from './stored.ts';

/** Attribute of the index that lists by trustee. */
const trusteeIndex = 'trustee';

const Share = z.object({
  orgId: z.string(),
  ownerUserId: z.guid(),
  ownerName: z.string(),
  trusteeUserId: z.guid(),
  trusteeName: z.string(),
  /** Sealed to the trustee by the owner's client. */
  eccShare: Bytes,
  kyberShare: Bytes,
  xorApplied: z.boolean(),
  xorSaltHint: z.string().nullable(),
  createdAt: Time,
  updatedAt: Time,
});

/** A recovery share that an owner gave to a trustee. */
export type RecoveryShare = Readonly<z.output<typeof Share>>;

const shareKey = (ownerUserId: string, trusteeUserId: string) => ({
  pk: `owner#${ownerUserId}`,
  sk: trusteeUserId,
});

/** @throws Tampered */
export async function getShare(
  table: Table,
  ownerUserId: string,
  trusteeUserId: string,
): Promise<RecoveryShare | undefined> {
  return parseItem(Share, await table.get('recovery', shareKey(ownerUserId, trusteeUserId)));
}

type PageOf = { readonly limit: number; readonly cursor?: string };

/** Lists the shares that an owner gave, by trustee. @throws Tampered */
export async function listTrustees(
  table: Table,
  ownerUserId: string,
  page: PageOf,
): Promise<StoredPage<RecoveryShare>> {
  return parsePage(Share, await table.query({ table: 'recovery', pk: `owner#${ownerUserId}`, ...page }));
}

/** Lists the shares that a trustee holds. Reads of the index may lag behind. @throws Tampered */
export async function listOwners(
  table: Table,
  trusteeUserId: string,
  page: PageOf,
): Promise<StoredPage<RecoveryShare>> {
  const query = { table: 'recovery', index: trusteeIndex, pk: trusteeUserId, ...page } as const;
  return parsePage(Share, await table.query(query));
}

/** Writes a share. Fails if the share that it replaces is no longer the `existing` one. */
export function putShare(share: RecoveryShare, existing: RecoveryShare | undefined): Write {
  const { ownerUserId, trusteeUserId } = share;
  return {
    table: 'recovery',
    put: { ...shareKey(ownerUserId, trusteeUserId), ...share, [trusteeIndex]: trusteeUserId },
    if: existing ? [{ field: 'updatedAt', equals: existing.updatedAt }] : ['absent'],
  };
}

/** Writes nothing. Fails if the share does not exist. */
export function requireShare(ownerUserId: string, trusteeUserId: string): Write {
  return { table: 'recovery', check: shareKey(ownerUserId, trusteeUserId), if: ['present'] };
}

/** Fails if the share does not exist. */
export function deleteShare(ownerUserId: string, trusteeUserId: string): Write {
  return { table: 'recovery', delete: shareKey(ownerUserId, trusteeUserId), if: ['present'] };
}

const Restore = z.object({
  restoreId: z.uuid(),
  trusteeUserId: z.guid(),
  trusteeName: z.string(),
  /** Sealed under a temporary secret; see crypto/vault/restored-keys.ts. */
  restoredKey: Bytes,
  restoredKeyKyber: Bytes,
  /** Lets a client prove that it found the owner's keys; see crypto/vault/rekey-proof.ts. */
  challenge: Bytes,
  rekeyVerifier: Bytes,
  usedXor: z.boolean(),
  xorSaltHint: z.string().nullable(),
  createdAt: Time,
  /** A rekey may use the restore from this time on. */
  availableAt: Time,
});

/** Private keys that a trustee restored. They are stored separately from the live keys until the owner rekeys. */
export type Restore = Readonly<z.output<typeof Restore>>;

const restoreKey = (orgId: string, ownerUserId: string) => ({
  pk: `restore#${orgId}`,
  sk: ownerUserId,
});

/** @throws Tampered */
export async function getRestore(
  table: Table,
  orgId: string,
  ownerUserId: string,
): Promise<Restore | undefined> {
  return parseItem(Restore, await table.get('recovery', restoreKey(orgId, ownerUserId)));
}

const sameRestore = (existing: Restore | undefined): readonly Condition[] =>
  existing ? [{ field: 'restoreId', equals: existing.restoreId }] : ['absent'];

/** Writes a restore. Fails if the restore that it replaces is no longer the `existing` one. */
export function putRestore(
  orgId: string,
  ownerUserId: string,
  restore: Restore,
  existing: Restore | undefined,
): Write {
  return {
    table: 'recovery',
    put: { ...restoreKey(orgId, ownerUserId), ...restore },
    if: sameRestore(existing),
  };
}

/** Writes nothing. Fails if there is another restore by now, or the `existing` one is gone. */
export function requireSameRestore(orgId: string, ownerUserId: string, existing: Restore | undefined): Write {
  return {
    table: 'recovery',
    check: restoreKey(orgId, ownerUserId),
    if: sameRestore(existing),
  };
}

/** Deletes a restore. @param restoreId fails for any other one; without it, any restore is deleted */
export function deleteRestore(orgId: string, ownerUserId: string, restoreId?: string): Write {
  const gone = { table: 'recovery', delete: restoreKey(orgId, ownerUserId) } as const;
  return restoreId ? { ...gone, if: [{ field: 'restoreId', equals: restoreId }] } : gone;
}
