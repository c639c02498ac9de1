import type { BackgroundId } from '../contract/resources.ts';

/**
 * Jobs that continue after the response of the operation that starts them. A job that was started runs at least once.
 * Its payload holds identifiers and nothing secret.
 */
export interface Background {
  /** Resolves once the job is certain to run, not when it is done. */
  begin(operationId: BackgroundId, payload: { readonly [name: string]: string }): Promise<void>;
}
