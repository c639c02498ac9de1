import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import type { ResponseFor } from './types.ts';

/**
 * Solves a challenge of `POST /api/challenges` (ALTCHA PoW v2).
 *
 * @returns the value of the header `X-Challenge-Solution`
 * @throws the signal's reason as soon as it aborts
 */
export async function solve(
  { parameters, signature }: ResponseFor<'challenges.create'>['body'],
  signal?: AbortSignal,
): Promise<string> {
  const challenge = { parameters, signature };
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const solution = await solveChallenge({ challenge, deriveKey, controller });
    signal?.throwIfAborted();
    return btoa(JSON.stringify({ challenge, solution }));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
