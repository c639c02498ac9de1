import type { BackgroundId } from '../contract/resources.ts';

/**
 * Work that goes on after an answer. What was begun is done at least once; a payload holds identifiers and nothing
 * that is to be kept secret.
 */
export interface Background {
  /** Resolves when the work is sure to be begun, not when it is done. */
  begin(operationId: BackgroundId, payload: { readonly [name: string]: string }): Promise<void>;
}

/** The environment's variable for the function of `jobs.awaitExecution` is `STRONGROOM_BACKGROUND_EXECUTE_ATTEND`. */
export function backgroundVariable(operationId: BackgroundId): string {
  return `STRONGROOM_BACKGROUND_${operationId.replace('.', '_').toUpperCase()}`;
}
