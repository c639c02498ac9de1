import { describeError, logger } from '../../platform/logger.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';
import { markTokenUsed } from '../stores/tokens.ts';
import type { Caller } from './caller.ts';

const capacity = 1_000;

/** The minute in which this process last recorded a use, by token ID. */
const notedMinutes = new Map<string, number>();

/**
 * Records that a token was used, at most once per minute across all processes. It runs concurrently with the request
 * and never rejects: a use that cannot be recorded is no reason to refuse the request.
 */
export async function noteTokenUse(table: Table, caller: Caller | undefined, now: Date): Promise<void> {
  if (caller?.kind !== 'token') return;
  const { userId, credential } = caller;
  const minute = Math.floor(now.getTime() / 60_000);
  if ((notedMinutes.get(credential.id) ?? 0) >= minute) return;
  notedMinutes.delete(credential.id);
  notedMinutes.set(credential.id, minute);
  if (notedMinutes.size > capacity) notedMinutes.delete(notedMinutes.keys().next().value as string);
  try {
    await table.transact([markTokenUsed(userId, credential.id, minute)]);
  } catch (error) {
    // Another process recorded it, or the token has been revoked.
    if (error instanceof ConditionFailed) return;
    logger.warn('use of a token was not recorded', describeError(error));
  }
}
