import type { BackgroundId } from '../contract/jobs.ts';

/**
 * Work that continues after the response. Work that has begun runs at least once. A payload holds identifiers and no
 * secrets.
 */
export interface Background {
  /** Resolves when the work is certain to start, not when it is done. */
  begin(operationId: BackgroundId, payload: { readonly [name: string]: string }): Promise<void>;
}

/** Returns the environment variable that names the function of a background job: `STRONGROOM_BACKGROUND_…`. */
export function backgroundVariable(operationId: BackgroundId): string {
  return `STRONGROOM_BACKGROUND_${operationId.replace('.', '_').toUpperCase()}`;
}
