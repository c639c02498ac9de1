import { backoff } from '../../contract/backoff.ts';

/**
 * Retries while other callers interfere, for about 1.5 s in total. The delays are random, so that callers that collided
 * once do not collide again.
 *
 * @param isTransient whether to retry after an error
 */
export async function withRetry<T>(
  isTransient: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const delayAfter = (error: unknown, jitterMs: number) => (isTransient(error) ? jitterMs : undefined);
  return backoff(work, { attempts: 12, baseMs: 20, maxMs: 500, delayAfter });
}
