import { setTimeout as delay } from 'node:timers/promises';

const attempts = 12;
const firstDelayMs = 10;
const longestDelayMs = 500;

/**
 * Tries again where another caller was in the way, after a random part of a delay that doubles ("full jitter"):
 * callers that met once do not meet again in step. About 1.5 s in all, then the last error is thrown.
 */
export async function retried<T>(passes: (error: unknown) => boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !passes(error)) throw error;
      await delay(Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt));
    }
  }
}
