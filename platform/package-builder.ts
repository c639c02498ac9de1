import type { BundleSource } from '../sandbox-image/protocol/job.ts';
import type { Tenant } from './sandboxes.ts';

/** A request to build one bundle of packages. */
export type Build = {
  /** A UUID. It is never used for another build. */
  readonly buildId: string;
  readonly owner: Tenant;
  /** Names with extras and version specifiers (PEP 508), already validated. */
  readonly requirements: readonly string[];
};

export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly requested: boolean;
  /** File name of the wheel. `sha256` is its hash in hexadecimal. */
  readonly file: string;
  readonly sha256: string;
  readonly wheelBytes: number;
  /** Unpacked size. */
  readonly sizeBytes: number;
};

export type Lock = {
  readonly lockVersion: 1;
  readonly python: string;
  readonly platform: string;
  readonly requirements: readonly string[];
  readonly packages: readonly LockedPackage[];
  /** `sha256` is the hash of the lines `hash size path` of all files, sorted by path. */
  readonly tree: { readonly sha256: string; readonly files: number; readonly sizeBytes: number };
};

export type Outcome =
  /** `lock` is the lock as JSON text. `bundleId` is its SHA-256 in hexadecimal. */
  | { readonly status: 'ready'; readonly bundleId: string; readonly lock: string }
  /** `reason` is one or two sentences for the user. `names` lists the packages at fault, and is empty if unknown. */
  | { readonly status: 'failed'; readonly reason: string; readonly names: readonly string[] };

/**
 * Builds bundles of wheels in isolation: in a separate process or task, which has no secrets and runs nothing that it
 * downloads.
 */
export interface PackageBuilder {
  /**
   * @throws BuilderUnavailable if this installation cannot build packages
   * @throws BuilderBusy if the builder accepts no more builds at the moment
   */
  check(): Promise<void>;
  /**
   * Starts a build, once, even if it is requested several times. An older build of the same owner may be abandoned.
   *
   * @throws BuilderUnavailable, BuilderBusy
   */
  request(build: Build): Promise<void>;
  /** Returns the outcome of a build, or `undefined` if it has not finished or was never requested. */
  outcome(buildId: string): Promise<Outcome | undefined>;
  /** Returns where a sandbox gets a bundle, or `undefined` if sandboxes share the folder of the builder. */
  source(bundleId: string): Promise<BundleSource | undefined>;
}

/** No package can be built. The message says what would help. */
export class BuilderUnavailable extends Error {
  override readonly name = 'BuilderUnavailable';
}

export class BuilderBusy extends Error {
  override readonly name = 'BuilderBusy';
}
