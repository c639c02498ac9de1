import type { RouteRecord } from '../../contract/define-route.ts';
import { grantsOf } from '../../contract/grants.ts';
import { type Platform, platform } from '../../platform/platform.ts';
import { currentSettings } from '../../platform/settings.ts';
import { nextAuditSequence } from '../stores/counters.ts';
import { type Admission, admit } from './admission.ts';
import { ApiError } from './api-error.ts';
import { credentialOf, fingerprint, hasCredentialHeader } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { commit, WriteConflict } from './commit.ts';
import type { Effects } from './effects.ts';
import { claim } from './idempotency.ts';
import { isSameCaller, predictCaller } from './known-callers.ts';
import type { Operation, OperationResult } from './operation.ts';
import type { ParsedRequest } from './request.ts';
import { restrict } from './restrict.ts';
import { noteTokenUse } from './token-use.ts';

const attempts = 5;

export type OperationOutcome = { readonly admission: Admission } & (
  | { readonly answer: OperationResult }
  | { readonly error: unknown }
);

/**
 * Takes a call through: admission, the operation, the commit of its changes.
 *
 * An operation that may run alongside admission is started on the caller that its credential had last; what
 * came of it counts only if admission then finds that very caller.
 */
export async function runOperation<R extends RouteRecord>(
  route: R,
  operation: Operation<R>,
  call: ParsedRequest,
): Promise<OperationOutcome> {
  const settings = currentSettings();
  const allowed = restrict(platform(), grantsOf(route));
  const admitting = admit(route, allowed, settings, call);
  let noted = false;

  const run = (caller: Caller | undefined): Promise<OperationResult> => {
    const context = {
      caller,
      platform: allowed,
      settings,
      now: call.now,
      requestId: call.requestId,
      headers: call.headers,
      baseUrl: settings.STRONGROOM_PUBLIC_URL ?? call.baseUrl,
      admitted: async () => {
        const { refusal } = await admitting;
        if (refusal) throw refusal;
      },
      commit: async (effects: Effects) => {
        await commit(route, allowed, call, await admitting, effects);
        noted ||= effects.audit !== undefined;
      },
    };
    return operation(call.input as never, context as never);
  };

  const guessed = guess(route, call);
  const early = guessed && run(guessed.caller);
  early?.catch(() => undefined); // Its outcome is looked at after admission, or not at all.

  const admission = await admitting;
  const { caller, refusal } = admission;
  const tokenUse = noteTokenUse(allowed.table, caller, call.now);
  try {
    if (refusal ?? call.problem) throw refusal ?? call.problem;
    const first = guessed && isSameCaller(guessed.caller, caller) ? early : undefined;
    const answer = await answerOnce(route, allowed, call, admission, () => run(caller), first);
    return { admission, answer };
  } catch (error) {
    if (error instanceof ApiError && error.audit) {
      // A call that is on record already, and was refused further on, has a second entry.
      const sequence = noted ? await nextAuditSequence(allowed.table) : admission.sequence;
      await commit(route, allowed, call, { ...admission, sequence }, { audit: error.audit });
    }
    return { admission, error };
  } finally {
    await tokenUse;
  }
}

/** Whom to start on before admission is through, for routes and calls where that is worth it. */
function guess(route: RouteRecord, call: ParsedRequest): { readonly caller: Caller | undefined } | undefined {
  if (!route.alongsideAdmission || call.problem) return undefined;
  if (route.auth === 'none') return { caller: undefined };
  if (route.auth === 'optional' && !hasCredentialHeader(call.headers)) return { caller: undefined };
  const credential = credentialOf(call.headers);
  const caller = credential && predictCaller(fingerprint(credential));
  return caller ? { caller } : undefined;
}

/** Once for each `Idempotency-Key`; a call without one is a call of its own. */
async function answerOnce(
  route: RouteRecord,
  allowed: Platform,
  call: ParsedRequest,
  admission: Admission,
  run: () => Promise<OperationResult>,
  first: Promise<OperationResult> | undefined,
): Promise<OperationResult> {
  const { idempotencyKey } = call;
  const claimed =
    idempotencyKey === undefined
      ? undefined
      : await claim(route, allowed, { ...call, idempotencyKey }, admission.caller);
  if (claimed && 'replay' in claimed) return claimed.replay;
  try {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const answer = await (attempt === 1 && first ? first : run());
      const record = claimed ? [await claimed.record(answer)] : [];
      const effects = { writes: [...(answer.writes ?? []), ...record], audit: answer.audit };
      if (await commits(commit(route, allowed, call, admission, effects))) return answer;
    }
    throw new ApiError('CONFLICT');
  } catch (error) {
    await claimed?.release().catch(() => undefined); // The claim expires by itself; the error matters more.
    throw error;
  }
}

async function commits(committing: Promise<void>): Promise<boolean> {
  try {
    await committing;
    return true;
  } catch (error) {
    if (error instanceof WriteConflict) return false;
    throw error;
  }
}
