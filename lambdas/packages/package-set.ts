import type { Requirement } from '../../contract/requirement.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { lostBuild, parseLock } from '../../platform/build-outcome.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { BuilderBusy, BuilderUnavailable, type Outcome } from '../../platform/package-builder.ts';
import type { Platform } from '../../platform/platform.ts';
import { ConditionFailed } from '../../platform/table.ts';
import type { Job } from '../../sandbox-image/protocol/job.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import { WriteConflict } from '../pipeline/commit.ts';
import type { Effect, Effects } from '../pipeline/effects.ts';
import { changePackageSet, getPackageSet, type PackageSet, type StoredLock } from '../stores/packages.ts';

type PackageContext = {
  readonly caller: UserCaller;
  readonly platform: Platform;
  readonly now: Date;
  readonly commit: (effects: Effects) => Promise<void>;
};

const attempts = 5;
/** Includes waiting in the queue. A build that has no outcome after this time counts as lost. */
const longestBuildMs = 60 * 60_000;

/**
 * Replaces the user's list of packages and requests a build. The record is a pending list; if the request does not
 * reach the builder, the next request for the list repeats it.
 *
 * @param change computes the new list from the current one; it runs again if others changed the list in the meantime
 */
export async function changePackages(
  around: PackageContext,
  resource: string,
  change: (wanted: readonly Requirement[]) => readonly Requirement[],
): Promise<PackageSet> {
  const { caller, platform, now, commit } = around;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // If a build ended just now, its packages stay usable until the new list is built.
    const { existing, set, lock } = await loadPackages(around);
    const next = nextSet(set, change(set?.wanted ?? []), now);
    if (next.status === 'pending') await platform.builder.check().catch(throwAsApiError);
    try {
      await commit({
        writes: changePackageSet(caller.userId, next, existing, lock?.lock),
        audit: { resource },
      });
    } catch (error) {
      if (error instanceof WriteConflict) continue;
      throw error;
    }
    if (next.status === 'pending') {
      await requestBuild(around, next).catch((error: unknown) => {
        logger.warn('requesting a build failed', describeError(error));
      });
    }
    return next;
  }
  throw new ApiError('CONFLICT');
}

function nextSet(existing: PackageSet | undefined, wanted: readonly Requirement[], now: Date): PackageSet {
  const byName = wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const at = now.toISOString();
  const next = {
    revision: (existing?.revision ?? 0) + 1,
    buildId: uuidv7(),
    wanted: byName,
    changedAt: at,
    failure: null,
  };
  return wanted.length === 0
    ? { ...next, status: 'ready', endedAt: at, installed: null }
    : { ...next, status: 'pending', endedAt: null, installed: existing?.installed ?? null };
}

async function requestBuild(
  { caller, platform }: PackageContext,
  { buildId, wanted }: PackageSet,
): Promise<void> {
  await platform.builder.request({
    buildId,
    owner: { userId: caller.userId, orgId: caller.orgId },
    requirements: wanted.map(({ requested }) => requested),
  });
}

type LoadedPackages = {
  /** The recorded set. */
  readonly existing: PackageSet | undefined;
  /** The current set, which includes the outcome of its build. */
  readonly set: PackageSet | undefined;
  /** Lock of a bundle that is not recorded yet. */
  readonly lock?: StoredLock;
  readonly writes: readonly Effect[];
};

/** Returns the user's current set with the outcome of its build, and the writes that record that outcome. */
export async function loadPackages({
  caller,
  platform,
  now,
}: Omit<PackageContext, 'commit'>): Promise<LoadedPackages> {
  const existing = await getPackageSet(platform.table, caller.userId);
  if (existing?.status !== 'pending') return { existing, set: existing, writes: [] };
  const late = now.getTime() - Date.parse(existing.changedAt) > longestBuildMs;
  const outcome = (await platform.builder.outcome(existing.buildId)) ?? (late ? lostBuild : undefined);
  if (!outcome) return { existing, set: existing, writes: [] };
  const set = withOutcome(existing, outcome, now);
  if (outcome.status === 'failed')
    return { existing, set, writes: changePackageSet(caller.userId, set, existing) };
  return {
    existing,
    set,
    lock: outcome,
    writes: changePackageSet(caller.userId, set, existing, outcome.lock),
  };
}

/**
 * Returns the packages that the user's programs can import, for a job. A new outcome of a build is recorded here, not
 * in the operation's own commit: it is not a change by the caller.
 */
export async function usablePackages(
  context: Omit<PackageContext, 'commit'>,
): Promise<Pick<Job, 'packages' | 'packagesFrom'>> {
  const { set, writes } = await loadPackages(context);
  if (writes.length > 0) {
    await context.platform.table.transact(writes).catch((error: unknown) => {
      // Another request has recorded it, or the list has changed. The bundle is valid either way.
      if (!(error instanceof ConditionFailed)) throw error;
    });
  }
  if (!set?.installed) return {};
  const { bundleId } = set.installed;
  const packagesFrom = await context.platform.builder.source(bundleId);
  return { packages: bundleId, ...(packagesFrom && { packagesFrom }) };
}

/** Like `loadPackages`, but requests a pending build again, in case the first request did not reach the builder. */
export async function loadAndRequestPackages(around: PackageContext): Promise<LoadedPackages> {
  const settled = await loadPackages(around);
  if (settled.set?.status === 'pending') {
    await requestBuild(around, settled.set).catch(throwAsApiError);
  }
  return settled;
}

function withOutcome(existing: PackageSet, outcome: Outcome, now: Date): PackageSet {
  const ended = { ...existing, revision: existing.revision + 1, endedAt: now.toISOString() };
  if (outcome.status === 'failed') {
    return { ...ended, status: 'failed', failure: { reason: outcome.reason, names: outcome.names } };
  }
  const locked = new Map(parseLock(outcome.lock).packages.map((each) => [each.name, each]));
  const packages = existing.wanted.map(({ name, requested }) => {
    const { version, sizeBytes } = locked.get(name) ?? { version: '', sizeBytes: 0 };
    return { name, requested, version, sizeBytes };
  });
  const installed = { bundleId: outcome.bundleId, installedAt: ended.endedAt, packages };
  return { ...ended, status: 'ready', failure: null, installed };
}

/** Returns the list as the API shows it. */
export function packageInfos(set: PackageSet) {
  return set.wanted.map((requirement) => packageInfo(set, requirement));
}

export function packageInfo(set: PackageSet, { name, requested }: Requirement) {
  const { status, changedAt, endedAt, failure, installed } = set;
  const had = installed?.packages.find((each) => each.name === name);
  const common = { name, requested, version: had?.version ?? null, sizeBytes: had?.sizeBytes ?? null };
  if (status === 'pending') return { ...common, status, updatedAt: changedAt };
  if (had?.requested === requested) {
    return { ...common, status: 'ready' as const, updatedAt: installed?.installedAt ?? changedAt };
  }
  const error = reasonFor(name, failure);
  return { ...common, status: 'failed' as const, error, updatedAt: endedAt ?? changedAt };
}

function reasonFor(name: string, failure: PackageSet['failure']): string {
  if (!failure) return lostBuild.reason;
  const { reason, names } = failure;
  return names.length === 0 || names.includes(name)
    ? reason
    : `Not installed, because the list could not be installed: ${reason}`;
}

function throwAsApiError(error: unknown): never {
  if (error instanceof BuilderBusy) {
    throw new ApiError('BUILDER_BUSY', { headers: { 'Retry-After': '15' }, cause: error });
  }
  if (error instanceof BuilderUnavailable) {
    throw new ApiError('PACKAGES_UNAVAILABLE', {
      sentence: `This installation cannot install packages: ${error.message}`,
      cause: error,
    });
  }
  throw error;
}
