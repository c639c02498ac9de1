import * as z from 'zod';
import { isSolved } from '../../crypto/server/proof-of-work.ts';
import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Effect } from '../pipeline/effects.ts';
import { deleteChallenge, getChallenge } from '../stores/challenges.ts';

const hex = z.string().regex(/^[0-9a-f]{1,128}$/);

/** The solution as ALTCHA clients send it. Only the nonce of the challenge counts; everything else is stored here. */
const Payload = z.object({
  challenge: z.object({ parameters: z.object({ nonce: hex }) }),
  solution: z.object({ counter: z.number(), derivedKey: hex }),
});

const largestHeader = 4096;

function payloadOf(header: string): z.output<typeof Payload> | undefined {
  if (header.length > largestHeader) return undefined;
  try {
    return Payload.safeParse(JSON.parse(Buffer.from(header, 'base64').toString())).data;
  } catch {
    return undefined;
  }
}

/**
 * Checks the solution that a request includes. Returns the write that spends the challenge. Commit it with what the
 * challenge was solved for, so that the challenge is valid for one successful request.
 *
 * @throws ApiError CHALLENGE_REQUIRED if the solution is missing, wrong, expired or spent
 */
export async function spendChallenge(table: Table, headers: ReadonlyMap<string, string>): Promise<Effect> {
  const payload = payloadOf(headers.get('x-challenge-solution') ?? '');
  if (!payload) throw new ApiError('CHALLENGE_REQUIRED');
  const { nonce } = payload.challenge.parameters;
  const stored = await getChallenge(table, nonce);
  const challenge = stored && { challenge: JSON.parse(stored.challenge), key: stored.key };
  if (!challenge || !(await isSolved(challenge, payload.solution))) throw new ApiError('CHALLENGE_REQUIRED');
  return { ...deleteChallenge(nonce), onConflict: 'CHALLENGE_REQUIRED' };
}
