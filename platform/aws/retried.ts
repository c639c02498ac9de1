import { backoff } from '../../contract/backoff.ts';

/**
 * Retries while another caller is in the way, for about 1.5 s in total. The delays are random, so that callers that met
 * once do not meet again in step.
 */
export async function retried<T>(passes: (error: unknown) => boolean, work: () => Promise<T>): Promise<T> {
  const delayAfter = (error: unknown, jitterMs: number) => (passes(error) ? jitterMs : undefined);
  return backoff(work, { attempts: 12, baseMs: 20, maxMs: 500, delayAfter });
}
