import { invalid } from './api-error.ts';

/**
 * A time that a caller asked for as `expiresAt`, in UTC with milliseconds.
 *
 * @throws ApiError INVALID_REQUEST where it is past, or more than `maxSeconds` ahead
 */
export function expiryOf(asked: string, now: Date, maxSeconds: number): string {
  const expiry = new Date(asked);
  if (!(expiry > now)) throw invalid('expiresAt', 'must be in the future');
  if (expiry.getTime() - now.getTime() > maxSeconds * 1000) {
    throw invalid('expiresAt', `must be at most ${maxSeconds / 86_400} days ahead`);
  }
  return expiry.toISOString();
}
