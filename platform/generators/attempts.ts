import { backoff } from '../../contract/backoff.ts';
import { GeneratorFailed } from '../generator.ts';

/**
 * One attempt failed. The message may be logged, so it never contains the words of a provider, which may quote secrets.
 */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryable = false, retryAfterMs }: Omit<Failure, 'message'> = {}) {
    super(message);
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

type Failure = { readonly message: string; readonly retryable?: boolean; readonly retryAfterMs?: number };

/**
 * Sends a request up to four times. Retries if the provider was busy, failed or closed the connection, after the delay
 * that it asked for, or after a random one. A delay that would end after the deadline is not started.
 *
 * @param firstDelayMs the first delay is at most twice as long
 * @throws GeneratorFailed
 */
export async function withRetry<T>(
  deadline: number,
  firstDelayMs: number,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  let attempts = 0;
  const attempt = (number: number) => {
    attempts = number;
    return send(signal);
  };
  const delayAfter = (error: unknown, jitterMs: number) => {
    if (signal.aborted || !(error instanceof AttemptFailed) || !error.retryable) return undefined;
    return error.retryAfterMs ?? jitterMs;
  };
  const limits = { attempts: 4, baseMs: 2 * firstDelayMs, maxMs: 8_000, deadline };
  try {
    return await backoff(attempt, { ...limits, delayAfter });
  } catch (error) {
    if (signal.aborted) throw new GeneratorFailed('no response in time', attempts);
    if (!(error instanceof AttemptFailed)) throw error;
    const { message, retryAfterMs } = error;
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
    throw new GeneratorFailed(message, attempts, seconds);
  }
}

/** Whether a retry may succeed after a response with this status. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Returns `Retry-After` (RFC 9110 section 10.2.3) in milliseconds from now. */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
