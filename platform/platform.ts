import type { Background } from './background.ts';
import type { Generator } from './generator.ts';
import type { Keys } from './keys.ts';
import type { Objects } from './objects.ts';
import type { PackageBuilder } from './package-builder.ts';
import type { PoolTasks } from './sandboxes/sandbox-tasks.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { SecretStore } from './secret-store.ts';
import type { Table } from './table.ts';

/** Everything that handlers access outside their own process. */
export type Platform = {
  readonly table: Table;
  readonly objects: Objects;
  readonly keys: Keys;
  readonly sandboxes: Sandboxes;
  readonly builder: PackageBuilder;
  readonly generator: Generator;
  readonly background: Background;
  /** Tasks of the sandbox pool; only for the job of a deployment that reconciles the pool. */
  readonly poolTasks?: PoolTasks;
  /** The secret with the administrator's key; only for the job of a deployment that creates the key. */
  readonly administratorSecret?: SecretStore;
};

let current: Platform | undefined;

/** Sets the platform. The entry module of a function or the local server calls it once, before the first request. */
export function usePlatform(platform: Platform): void {
  current = platform;
}

export function platform(): Platform {
  if (!current) throw new Error('no platform: usePlatform() was not called');
  return current;
}
