import type { Requirement } from '../../contract/requirement.ts';
import type { Item, Table, Value, Write } from '../../platform/table.ts';

export type InstalledPackage = {
  readonly name: string;
  readonly requested: string;
  readonly version: string;
  readonly sizeBytes: number;
};

/** The packages that a user's programs import now. */
export type InstalledSet = {
  readonly bundleId: string;
  readonly installedAt: string;
  /** The packages on the list. The lock has their dependencies too. */
  readonly packages: readonly InstalledPackage[];
};

/** A user's list of packages and the state of its build. */
export type PackageSet = {
  /** Incremented by every write. */
  readonly revision: number;
  /** The build of this list. */
  readonly buildId: string;
  /** Ordered by name. */
  readonly wanted: readonly Requirement[];
  readonly changedAt: string;
  readonly status: 'pending' | 'ready' | 'failed';
  readonly endedAt: string | null;
  readonly failure: { readonly reason: string; readonly names: readonly string[] } | null;
  /** What is installed: this list once it is ready, else the last list that was. */
  readonly installed: InstalledSet | null;
};

export type StoredLock = { readonly bundleId: string; readonly lock: string };

const setKey = (userId: string) => ({ pk: `user#${userId}`, sk: 'set' });
const lockKey = (userId: string) => ({ pk: `user#${userId}`, sk: 'lock' });
const useKey = (bundleId: string, userId: string) => ({ pk: `bundle#${bundleId}`, sk: userId });

export async function getPackageSet(table: Table, userId: string): Promise<PackageSet | undefined> {
  return (await table.get('packages', setKey(userId))) as (PackageSet & Item) | undefined;
}

export async function getPackageLock(table: Table, userId: string): Promise<StoredLock | undefined> {
  return (await table.get('packages', lockKey(userId))) as (StoredLock & Item) | undefined;
}

/** Writes a set. Fails if the set that it follows is no longer the `existing` one. */
function putSet(userId: string, set: PackageSet, existing: PackageSet | undefined): Write {
  return {
    table: 'packages',
    put: { ...setKey(userId), ...(set as unknown as { readonly [name: string]: Value }) },
    if: existing ? [{ field: 'revision', equals: existing.revision }] : ['absent'],
  };
}

/**
 * Returns the writes from one state of a user's packages to the next: the set, its lock, and which bundles are in
 * use.
 *
 * @param lock of `set.installed`, if that differs from before
 */
export function changePackageSet(
  userId: string,
  set: PackageSet,
  existing: PackageSet | undefined,
  lock?: string,
): Write[] {
  const before = existing?.installed?.bundleId;
  const after = set.installed?.bundleId;
  const writes = [putSet(userId, set, existing)];
  if (before === after) return writes;
  if (before) writes.push({ table: 'packages', delete: useKey(before, userId) });
  if (after && lock !== undefined) {
    writes.push(
      { table: 'packages', put: useKey(after, userId) },
      { table: 'packages', put: { ...lockKey(userId), bundleId: after, lock } },
    );
  } else {
    writes.push({ table: 'packages', delete: lockKey(userId) });
  }
  return writes;
}

/** Returns whether any user's programs import this bundle. */
export async function isBundleInUse(table: Table, bundleId: string): Promise<boolean> {
  const { items } = await table.query({ table: 'packages', pk: `bundle#${bundleId}`, limit: 1 });
  return items.length > 0;
}
