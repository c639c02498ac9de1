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

type Around = {
  readonly caller: UserCaller;
  readonly platform: Platform;
  readonly now: Date;
  readonly commit: (effects: Effects) => Promise<void>;
};

const attempts = 5;
/** Waiting for its turn included. After it a build that says nothing is given up. */
const longestBuildMs = 60 * 60_000;

/**
 * Puts another list in the place of the user's, then has it built. What is on record is a pending list; should the
 * builder not get to hear of it, the next look at the list asks again.
 *
 * @param change makes the list out of the one that is there; it runs again where others changed that meanwhile
 */
export async function changePackages(
  around: Around,
  resource: string,
  change: (wanted: readonly Requirement[]) => readonly Requirement[],
): Promise<PackageSet> {
  const { caller, platform, now, commit } = around;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // A build that ended before this list takes its place is what stays usable until this one is built.
    const { known, set, lock } = await settledPackages(around);
    const next = follow(set, change(set?.wanted ?? []), now);
    if (next.status === 'pending') await platform.builder.check().catch(refuse);
    try {
      await commit({ writes: changePackageSet(caller.userId, next, known, lock?.lock), audit: { resource } });
    } catch (error) {
      if (error instanceof WriteConflict) continue;
      throw error;
    }
    if (next.status === 'pending') {
      await requestBuild(around, next).catch((error: unknown) => {
        logger.warn('a build was not requested', describeError(error));
      });
    }
    return next;
  }
  throw new ApiError('CONFLICT');
}

function follow(known: PackageSet | undefined, wanted: readonly Requirement[], now: Date): PackageSet {
  const byName = wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const at = now.toISOString();
  const next = {
    revision: (known?.revision ?? 0) + 1,
    buildId: uuidv7(),
    wanted: byName,
    changedAt: at,
    failure: null,
  };
  return wanted.length === 0
    ? { ...next, status: 'ready', endedAt: at, installed: null }
    : { ...next, status: 'pending', endedAt: null, installed: known?.installed ?? null };
}

async function requestBuild({ caller, platform }: Around, { buildId, wanted }: PackageSet): Promise<void> {
  await platform.builder.request({
    buildId,
    owner: { userId: caller.userId, orgId: caller.orgId },
    requirements: wanted.map(({ requested }) => requested),
  });
}

type Settled = {
  /** As it is on record. */
  readonly known: PackageSet | undefined;
  /** As it is by now. */
  readonly set: PackageSet | undefined;
  /** Of a bundle that was not on record yet. */
  readonly lock?: StoredLock;
  readonly writes: readonly Effect[];
};

/** The user's set as it is by now: with the outcome of its build, and the writes that put that on record. */
export async function settledPackages({ caller, platform, now }: Omit<Around, 'commit'>): Promise<Settled> {
  const known = await getPackageSet(platform.table, caller.userId);
  if (known?.status !== 'pending') return { known, set: known, writes: [] };
  const late = now.getTime() - Date.parse(known.changedAt) > longestBuildMs;
  const outcome = (await platform.builder.outcome(known.buildId)) ?? (late ? lostBuild : undefined);
  if (!outcome) return { known, set: known, writes: [] };
  const set = settle(known, outcome, now);
  if (outcome.status === 'failed') return { known, set, writes: changePackageSet(caller.userId, set, known) };
  return { known, set, lock: outcome, writes: changePackageSet(caller.userId, set, known, outcome.lock) };
}

/**
 * What a program of this user can import, for its job. What has just become of a build is put on record here, outside
 * of the operation's own commit: it is no change by the caller.
 */
export async function usablePackages(
  context: Omit<Around, 'commit'>,
): Promise<Pick<Job, 'packages' | 'packagesFrom'>> {
  const { set, writes } = await settledPackages(context);
  if (writes.length > 0) {
    await context.platform.table.transact(writes).catch((error: unknown) => {
      // Another call has recorded it, or the list has changed; what was built is good either way.
      if (!(error instanceof ConditionFailed)) throw error;
    });
  }
  if (!set?.installed) return {};
  const { bundleId } = set.installed;
  const packagesFrom = await context.platform.builder.source(bundleId);
  return { packages: bundleId, ...(packagesFrom && { packagesFrom }) };
}

/** As `settledPackages`; a build that the builder may not have heard of is requested again. */
export async function pursuedPackages(around: Around): Promise<Settled> {
  const settled = await settledPackages(around);
  if (settled.set?.status === 'pending') {
    await requestBuild(around, settled.set).catch(refuse);
  }
  return settled;
}

function settle(known: PackageSet, outcome: Outcome, now: Date): PackageSet {
  const ended = { ...known, revision: known.revision + 1, endedAt: now.toISOString() };
  if (outcome.status === 'failed') {
    return { ...ended, status: 'failed', failure: { reason: outcome.reason, names: outcome.names } };
  }
  const locked = new Map(parseLock(outcome.lock).packages.map((each) => [each.name, each]));
  const packages = known.wanted.map(({ name, requested }) => {
    const { version, sizeBytes } = locked.get(name) ?? { version: '', sizeBytes: 0 };
    return { name, requested, version, sizeBytes };
  });
  const installed = { bundleId: outcome.bundleId, installedAt: ended.endedAt, packages };
  return { ...ended, status: 'ready', failure: null, installed };
}

/** The list as the API shows it. */
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
    : `Not installed, since the list could not be: ${reason}`;
}

function refuse(error: unknown): never {
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
