import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Where the call was sent to that is being served: what its answer links leads there, by whatever name the caller knows
 * the appliance.
 */
export const callOrigin = new AsyncLocalStorage<string>();
