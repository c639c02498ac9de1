import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, parsePage, type StoredPage, Time } from './stored.ts';

/** Of the index that lists by trustee. */
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

/** What an owner gave a trustee. */
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

/** What an owner gave, by trustee. @throws Tampered */
export async function listTrustees(
  table: Table,
  ownerUserId: string,
  page: PageOf,
): Promise<StoredPage<RecoveryShare>> {
  return parsePage(Share, await table.query({ table: 'recovery', pk: `owner#${ownerUserId}`, ...page }));
}

/** What a trustee was given. Reads of the index may lag behind. @throws Tampered */
export async function listOwners(
  table: Table,
  trusteeUserId: string,
  page: PageOf,
): Promise<StoredPage<RecoveryShare>> {
  const query = { table: 'recovery', index: trusteeIndex, pk: trusteeUserId, ...page } as const;
  return parsePage(Share, await table.query(query));
}

/** Writes a share where the one that it replaces, if any, is still the `known` one. */
export function putShare(share: RecoveryShare, known: RecoveryShare | undefined): Write {
  const { ownerUserId, trusteeUserId } = share;
  return {
    table: 'recovery',
    put: { ...shareKey(ownerUserId, trusteeUserId), ...share, [trusteeIndex]: trusteeUserId },
    if: known ? [{ field: 'updatedAt', equals: known.updatedAt }] : ['absent'],
  };
}

/** Writes nothing, and fails where there is none. */
export function shareIsThere(ownerUserId: string, trusteeUserId: string): Write {
  return { table: 'recovery', check: shareKey(ownerUserId, trusteeUserId), if: ['present'] };
}

/** Fails where there is none. */
export function deleteShare(ownerUserId: string, trusteeUserId: string): Write {
  return { table: 'recovery', delete: shareKey(ownerUserId, trusteeUserId), if: ['present'] };
}

const Restore = z.object({
  restoreId: z.uuid(),
  trusteeUserId: z.guid(),
  trusteeName: z.string(),
  /** Under a temporary secret; see crypto/restored-keys.ts. */
  restoredKey: Bytes,
  restoredKeyKyber: Bytes,
  /** By which a client shows that it found the owner's keys in it; see crypto/rekey-proof.ts. */
  challenge: Bytes,
  rekeyVerifier: Bytes,
  usedXor: z.boolean(),
  xorSaltHint: z.string().nullable(),
  createdAt: Time,
  /** From then on a rekey may use it. */
  availableAt: Time,
});

/** Private keys that a trustee brought back. They lie beside the live ones, which know nothing of them. */
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

/** Writes a restore where there is none, or still the `known` one. */
export function putRestore(
  orgId: string,
  ownerUserId: string,
  restore: Restore,
  known: Restore | undefined,
): Write {
  return {
    table: 'recovery',
    put: { ...restoreKey(orgId, ownerUserId), ...restore },
    if: known ? [{ field: 'restoreId', equals: known.restoreId }] : ['absent'],
  };
}

/** Writes nothing, and fails where another restore came, or the `known` one went. */
export function restoreIsStill(orgId: string, ownerUserId: string, known: Restore | undefined): Write {
  return {
    table: 'recovery',
    check: restoreKey(orgId, ownerUserId),
    if: known ? [{ field: 'restoreId', equals: known.restoreId }] : ['absent'],
  };
}

/** @param restoreId fails for any other; without it, whatever is there goes */
export function deleteRestore(orgId: string, ownerUserId: string, restoreId?: string): Write {
  const gone = { table: 'recovery', delete: restoreKey(orgId, ownerUserId) } as const;
  return restoreId ? { ...gone, if: [{ field: 'restoreId', equals: restoreId }] } : gone;
}
