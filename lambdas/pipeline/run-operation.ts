import type { RouteRecord } from '../../contract/define-route.ts';
import { grantsOf } from '../../contract/grants.ts';
import { type Platform, platform } from '../../platform/platform.ts';
import { currentSettings, type Settings } from '../../platform/settings.ts';
import { nextAuditSequence } from '../stores/counters.ts';
import { type Admission, admit } from './admission.ts';
import { ApiError } from './api-error.ts';
import { credentialOf, fingerprint, hasCredentialHeader } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { commit, WriteConflict } from './commit.ts';
import { deferWrites } from './defer-writes.ts';
import type { Effects } from './effects.ts';
import { type Claim, claim } from './idempotency.ts';
import { isSameCaller, predictCaller } from './known-callers.ts';
import type { Context, Operation, OperationResult } from './operation.ts';
import type { ParsedRequest } from './request.ts';
import { restrict } from './restrict.ts';
import { noteTokenUse } from './token-use.ts';

const maxAttempts = 5;

export type OperationOutcome = { readonly admission: Admission } & (
  | { readonly result: OperationResult }
  | { readonly error: unknown }
);

/** One request on its way through the pipeline. */
type Run = {
  readonly route: RouteRecord;
  readonly operation: Operation<RouteRecord>;
  readonly request: ParsedRequest;
  readonly settings: Settings;
  /** What the route may use. */
  readonly platform: Platform;
  readonly admitting: Promise<Admission>;
  /** Whether the operation has committed its own audit entry. */
  isAudited: boolean;
};

/**
 * Runs an operation: admits the caller, claims the `Idempotency-Key`, runs the handler and commits its effects, again
 * where another request changed the same records.
 *
 * A route with `alongsideAdmission` starts its handler before the caller is admitted; see `startEarly`.
 */
export async function runOperation<R extends RouteRecord>(
  route: R,
  operation: Operation<R>,
  request: ParsedRequest,
): Promise<OperationOutcome> {
  const settings = currentSettings();
  const allowed = restrict(platform(), grantsOf(route));
  const run: Run = {
    route,
    operation: operation as unknown as Operation<RouteRecord>,
    request,
    settings,
    platform: allowed,
    admitting: admit(route, allowed, settings, request),
    isAudited: false,
  };
  const early = startEarly(run);
  const admission = await run.admitting;
  const tokenUse = noteTokenUse(allowed.table, admission.caller, request.now);
  try {
    const refusal = admission.refusal ?? request.problem;
    if (refusal) throw refusal;
    return { admission, result: await runOnce(run, admission, early) };
  } catch (error) {
    await auditRefusal(run, admission, error);
    return { admission, error };
  } finally {
    await tokenUse;
  }
}

type EarlyRun = { readonly caller: Caller | undefined; readonly result: Promise<OperationResult> };

/**
 * Starts the handler before admission, for the caller whom the credential belonged to when this process last saw it.
 * The result counts only if admission finds the same caller. Until then the handler may read: its ports, `admitted`
 * and `commit` wait for admission, and reject for a caller who is refused or is another one.
 */
function startEarly(run: Run): EarlyRun | undefined {
  const predicted = predict(run);
  if (!predicted) return undefined;
  const { caller } = predicted;
  const admitted = async () => {
    const { refusal, caller: actual } = await run.admitting;
    if (refusal) throw refusal;
    if (!isSameCaller(caller, actual)) throw new Error('the credential belongs to another caller now');
  };
  const result = runHandler(run, caller, deferWrites(run.platform, admitted), admitted);
  result.catch(() => undefined); // Awaited after admission, or never.
  return { caller, result };
}

/** Returns the caller to start for, where the route allows it and the request tells who it is. */
function predict({ route, request }: Run): { readonly caller: Caller | undefined } | undefined {
  if (!route.alongsideAdmission || request.problem) return undefined;
  if (route.auth === 'none') return { caller: undefined };
  if (route.auth === 'optional' && !hasCredentialHeader(request.headers)) return { caller: undefined };
  const credential = credentialOf(request.headers);
  const caller = credential && predictCaller(fingerprint(credential));
  return caller ? { caller } : undefined;
}

async function runHandler(
  run: Run,
  caller: Caller | undefined,
  ports: Platform,
  admitted: () => Promise<void>,
): Promise<OperationResult> {
  const { route, operation, request, settings } = run;
  const context: Omit<Context, 'caller'> & { readonly caller: Caller | undefined } = {
    caller,
    platform: ports,
    settings,
    now: request.now,
    requestId: request.requestId,
    headers: request.headers,
    baseUrl: settings.STRONGROOM_PUBLIC_URL ?? request.baseUrl,
    admitted,
    commit: async (effects: Effects) => {
      await admitted();
      await commit(route, run.platform, request, await run.admitting, effects);
      run.isAudited ||= effects.audit !== undefined;
    },
  };
  return operation(request.input as never, context as never);
}

/** Runs the request once per `Idempotency-Key`, or returns the result recorded for it. */
async function runOnce(
  run: Run,
  admission: Admission,
  early: EarlyRun | undefined,
): Promise<OperationResult> {
  const claimed = await claimKey(run, admission.caller);
  if (claimed && 'replay' in claimed) return claimed.replay;
  try {
    return await runUntilCommitted(run, admission, early, claimed);
  } catch (error) {
    await claimed?.release().catch(() => undefined); // The claim expires by itself; the error matters more.
    throw error;
  }
}

async function claimKey(
  { route, platform, request }: Run,
  caller: Caller | undefined,
): Promise<Claim | undefined> {
  const { idempotencyKey } = request;
  if (idempotencyKey === undefined) return undefined;
  return claim(route, platform, { ...request, idempotencyKey }, caller);
}

/** @throws ApiError CONFLICT if other requests changed the same records during every attempt */
async function runUntilCommitted(
  run: Run,
  admission: Admission,
  early: EarlyRun | undefined,
  claimed: Exclude<Claim, { replay: unknown }> | undefined,
): Promise<OperationResult> {
  const { caller } = admission;
  let next = early && isSameCaller(early.caller, caller) ? early.result : undefined;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const result = await (next ?? runHandler(run, caller, run.platform, async () => undefined));
    next = undefined;
    const record = claimed ? [await claimed.record(result)] : [];
    const effects = { writes: [...(result.writes ?? []), ...record], audit: result.audit };
    if (await tryCommit(run, admission, effects)) return result;
  }
  throw new ApiError('CONFLICT');
}

/** Returns false if another request changed the same records. */
async function tryCommit(
  { route, platform, request }: Run,
  admission: Admission,
  effects: Effects,
): Promise<boolean> {
  try {
    await commit(route, platform, request, admission, effects);
    return true;
  } catch (error) {
    if (error instanceof WriteConflict) return false;
    throw error;
  }
}

async function auditRefusal(run: Run, admission: Admission, error: unknown): Promise<void> {
  if (!(error instanceof ApiError) || !error.audit) return;
  const { route, platform, request, isAudited } = run;
  // The first entry used the number that admission drew.
  const sequence = isAudited ? await nextAuditSequence(platform.table) : admission.sequence;
  await commit(route, platform, request, { ...admission, sequence }, { audit: error.audit });
}
