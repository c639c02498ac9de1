import { invalid } from './api-error.ts';

/**
 * Returns the `expiresAt` that a caller requested, in UTC with milliseconds.
 *
 * @throws ApiError INVALID_REQUEST if it is in the past, or more than `maxSeconds` ahead
 */
export function expiryOf(requested: string, now: Date, maxSeconds: number): string {
  const expiry = new Date(requested);
  if (!(expiry > now)) throw invalid('expiresAt', 'must be in the future');
  if (expiry.getTime() - now.getTime() > maxSeconds * 1000) {
    throw invalid('expiresAt', `must be at most ${maxSeconds / 86_400} days ahead`);
  }
  return expiry.toISOString();
}
