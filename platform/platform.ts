import type { Background } from './background.ts';
import type { Generator } from './generator.ts';
import type { Keys } from './keys.ts';
import type { Objects } from './objects.ts';
import type { PackageBuilder } from './package-builder.ts';
import type { Sandboxes } from './sandboxes.ts';
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
