import type { ErrorCode } from '../contract/errors.ts';
import type { StrongroomError } from './error.ts';

export type RetryOptions = {
  /** Tries after the first one. */
  readonly retries: number;
  /** Ceiling of the first pause, doubled with each try. */
  readonly baseMs: number;
  /** Ceiling of every pause. An answer that asks for a longer one is not waited for. */
  readonly maxMs: number;
};

export const defaultRetry: RetryOptions = { retries: 3, baseMs: 200, maxMs: 20_000 };

/** What the installation lacks stays lacking, and a model that failed was asked again already. */
const lasting: ReadonlySet<string> = new Set<ErrorCode>([
  'GENERATOR_FAILED',
  'GENERATOR_NOT_CONFIGURED',
  'PACKAGES_UNAVAILABLE',
  'SANDBOX_UNAVAILABLE',
]);

/**
 * Milliseconds to wait before the next try, or undefined where there must be none.
 *
 * 429 and a 503 that names a time did nothing, so any call may be made again. After anything else it is unknown
 * whether the call was done: only one that may be repeated is.
 */
export function pauseBefore(
  attempt: number,
  error: StrongroomError,
  repeatable: boolean,
  { retries, baseMs, maxMs }: RetryOptions,
): number | undefined {
  if (attempt > retries || !isPassing(error, repeatable)) return undefined;
  const asked = (error.retryAfter ?? 0) * 1000;
  if (asked > maxMs) return undefined;
  // Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter
  const jitter = Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return asked + jitter;
}

function isPassing({ code, status, retryAfter }: StrongroomError, repeatable: boolean): boolean {
  if (status === 429 || code === 'IDEMPOTENCY_IN_PROGRESS') return true;
  if (lasting.has(code)) return false;
  if (status === 503 && retryAfter !== undefined) return true;
  return repeatable && (code === 'NETWORK' || status === 502 || status === 503 || status === 504);
}

/** @throws the signal's reason, as soon as it aborts */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
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
