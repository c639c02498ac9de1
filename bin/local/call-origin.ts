import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The origin to which the current request was sent. Links in its response use it, so they work under whatever name the
 * caller knows the appliance.
 */
export const callOrigin = new AsyncLocalStorage<string>();
