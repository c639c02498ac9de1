/** Retries with exponential backoff. It is here because client, platform and functions may all import the contract. */

export type BackoffOptions = {
  /** Maximum number of attempts, including the first. */
  readonly attempts: number;
  /** Ceiling of the first delay. It doubles with each attempt. */
  readonly baseMs: number;
  /** Ceiling of every delay. */
  readonly maxMs: number;
  /**
   * Returns the delay before the next attempt, or undefined if the error is final.
   *
   * @param jitterMs a random delay below the current ceiling
   */
  readonly delayAfter: (error: unknown, jitterMs: number) => number | undefined;
  /** Ends a delay. */
  readonly signal?: AbortSignal | undefined;
  /** Epoch milliseconds. A delay that would end later is not started. */
  readonly deadline?: number;
};

/**
 * Runs `work` until it succeeds, its error is final, or no attempt is left.
 *
 * @throws the last error, or the signal's reason if it aborts during a delay
 */
export async function backoff<T>(
  work: (attempt: number) => Promise<T>,
  { attempts, baseMs, maxMs, delayAfter, signal, deadline = Number.POSITIVE_INFINITY }: BackoffOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const delay = attempt < attempts ? delayAfter(error, jitter(attempt, baseMs, maxMs)) : undefined;
      if (delay === undefined || Date.now() + delay >= deadline) throw error;
      await pause(delay, signal);
    }
  }
}

/** Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter */
function jitter(attempt: number, baseMs: number, maxMs: number): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Waits. @throws the signal's reason as soon as it aborts */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
