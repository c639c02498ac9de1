import { setTimeout as delay } from 'node:timers/promises';
import { GeneratorFailed } from '../generator.ts';

const attempts = 4;
const longestDelayMs = 8_000;

/** One attempt failed. The message is one that may be logged: never a provider's own words, which quote. */
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
 * Asks until there is an answer, at most four times: again where the provider was busy, failed or was cut off, after
 * the time that it names, else after a random part of a delay that doubles ("full jitter"). A delay that would end
 * after the deadline is not begun.
 *
 * @param firstDelayMs the first delay is up to twice as long
 * @throws GeneratorFailed
 */
export async function attempted<T>(
  deadline: number,
  firstDelayMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(signal);
    } catch (error) {
      if (signal.aborted) throw new GeneratorFailed('no answer in time', attempt);
      if (!(error instanceof AttemptFailed)) throw error;
      const { message, retryable, retryAfterMs } = error;
      const jitter = Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
      const wait = retryAfterMs ?? jitter;
      if (!retryable || attempt === attempts || Date.now() + wait >= deadline) {
        const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
        throw new GeneratorFailed(message, attempt, seconds);
      }
      await delay(wait);
    }
  }
}

/** Whether a provider that answers with this status may do better the next time. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** `Retry-After` (RFC 9110 section 10.2.3), in milliseconds from now. */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
