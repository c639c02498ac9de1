import type { ErrorCode } from '../contract/errors.ts';
import { StrongroomError } from './error.ts';

export type RetryOptions = {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Ceiling of the first delay. It doubles with each attempt. */
  readonly baseMs: number;
  /** Ceiling of every delay. If the API asks for a longer one, the error is thrown. */
  readonly maxMs: number;
};

export const defaultRetry: RetryOptions = { retries: 3, baseMs: 200, maxMs: 20_000 };

/** Errors that a retry does not fix: a missing feature stays missing, and the server has already retried the model. */
const lasting: ReadonlySet<string> = new Set<ErrorCode>([
  'GENERATOR_FAILED',
  'GENERATOR_NOT_CONFIGURED',
  'PACKAGES_UNAVAILABLE',
  'SANDBOX_UNAVAILABLE',
]);

/**
 * Returns the delay before a request is retried, or undefined if it must not be.
 *
 * A 429, and a 503 with `Retry-After`, had no effect, so any request can be retried. After any other error the request
 * may have had its effect, so only a repeatable request is retried.
 */
export function retryDelay(
  error: unknown,
  repeatable: boolean,
  jitterMs: number,
  maxMs: number,
): number | undefined {
  if (!(error instanceof StrongroomError) || !isTransient(error, repeatable)) return undefined;
  const retryAfterMs = (error.retryAfter ?? 0) * 1000;
  return retryAfterMs > maxMs ? undefined : retryAfterMs + jitterMs;
}

function isTransient({ code, status, retryAfter }: StrongroomError, repeatable: boolean): boolean {
  if (status === 429 || code === 'IDEMPOTENCY_IN_PROGRESS') return true;
  if (lasting.has(code)) return false;
  if (status === 503 && retryAfter !== undefined) return true;
  return repeatable && (code === 'NETWORK' || status === 502 || status === 503 || status === 504);
}
