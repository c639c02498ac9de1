import { describeError, logger } from '../../platform/logger.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';
import { markTokenUsed } from '../stores/tokens.ts';
import type { Caller } from './caller.ts';

const capacity = 1_000;

/** The minute in which this process last recorded a token's use, by token id. */
const recorded = new Map<string, number>();

/**
 * Records that a token was used, at most once a minute across all processes. It runs concurrently with the request and
 * never rejects: a failure to record the use must not fail the request.
 */
export async function noteTokenUse(table: Table, caller: Caller | undefined, now: Date): Promise<void> {
  if (caller?.kind !== 'token') return;
  const { userId, credential } = caller;
  const minute = Math.floor(now.getTime() / 60_000);
  if ((recorded.get(credential.id) ?? 0) >= minute) return;
  recorded.delete(credential.id);
  recorded.set(credential.id, minute);
  if (recorded.size > capacity) recorded.delete(recorded.keys().next().value as string);
  try {
    await table.transact([markTokenUsed(userId, credential.id, minute)]);
  } catch (error) {
    // Another process recorded it, or the token was revoked meanwhile.
    if (error instanceof ConditionFailed) return;
    logger.warn('use of a token not recorded', describeError(error));
  }
}
