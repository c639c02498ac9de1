import type { BundleSource } from '../sandbox-image/protocol/job.ts';
import type { Tenant } from './sandboxes.ts';

/** Packages that are to become one bundle. */
export type Build = {
  /** A UUID; the same one is never another build. */
  readonly buildId: string;
  readonly owner: Tenant;
  /** Names with extras and version specifiers (PEP 508), each checked. */
  readonly requirements: readonly string[];
};

export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly requested: boolean;
  /** The wheel's file name and its SHA-256 in hexadecimal. */
  readonly file: string;
  readonly sha256: string;
  readonly wheelBytes: number;
  /** Unpacked. */
  readonly sizeBytes: number;
};

export type Lock = {
  readonly lockVersion: 1;
  readonly python: string;
  readonly platform: string;
  readonly requirements: readonly string[];
  readonly packages: readonly LockedPackage[];
  /** `sha256`: over the lines `hash size path` of all files, sorted by path. */
  readonly tree: { readonly sha256: string; readonly files: number; readonly sizeBytes: number };
};

export type Outcome =
  /** `lock` is the lock as text (JSON); the id of the bundle is its SHA-256 in hexadecimal. */
  | { readonly status: 'ready'; readonly bundleId: string; readonly lock: string }
  /** `reason` is one or two sentences for the user; `names` the packages at fault, empty where that is unclear. */
  | { readonly status: 'failed'; readonly reason: string; readonly names: readonly string[] };

/**
 * Builds bundles of wheels, apart from everything else: a process or task of its own, without secrets, that runs
 * nothing of what it downloads.
 */
export interface PackageBuilder {
  /**
   * @throws BuilderUnavailable where this installation can build nothing
   * @throws BuilderBusy where no more builds are taken at the moment
   */
  check(): Promise<void>;
  /**
   * Has a build done, once, however often it is asked for; an older one of the same owner need not be finished.
   *
   * @throws BuilderUnavailable, BuilderBusy
   */
  request(build: Build): Promise<void>;
  /** What has become of a build; `undefined` while it is not over, or where it was never requested. */
  outcome(buildId: string): Promise<Outcome | undefined>;
  /** From where a sandbox gets a bundle; `undefined` where sandboxes have what was built here. */
  source(bundleId: string): Promise<BundleSource | undefined>;
}

/** The message says what would help. */
export class BuilderUnavailable extends Error {
  override readonly name = 'BuilderUnavailable';
}

export class BuilderBusy extends Error {
  override readonly name = 'BuilderBusy';
}
