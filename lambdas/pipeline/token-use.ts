import { describeError, logger } from '../../platform/logger.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';
import { markTokenUsed } from '../stores/tokens.ts';
import type { Caller } from './caller.ts';

const capacity = 1_000;

/** The minute in which this process last noted a token's use, by token id. */
const noted = new Map<string, number>();

/**
 * Notes that a token was used, at most once a minute over all processes. It runs beside the request and never
 * rejects: a use that cannot be noted is no reason to refuse it.
 */
export async function noteTokenUse(table: Table, caller: Caller | undefined, now: Date): Promise<void> {
  if (caller?.kind !== 'token') return;
  const { userId, credential } = caller;
  const minute = Math.floor(now.getTime() / 60_000);
  if ((noted.get(credential.id) ?? 0) >= minute) return;
  noted.delete(credential.id);
  noted.set(credential.id, minute);
  if (noted.size > capacity) noted.delete(noted.keys().next().value as string);
  try {
    await table.transact([markTokenUsed(userId, credential.id, minute)]);
  } catch (error) {
    // Another process noted it, or the token was revoked meanwhile.
    if (error instanceof ConditionFailed) return;
    logger.warn('use of a token not noted', describeError(error));
  }
}
