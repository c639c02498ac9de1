import { isIPv6 } from 'node:net';
import type { RouteRecord } from '../../contract/define-route.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Settings } from '../../platform/settings.ts';
import { type Allowance, countRequest, nextAuditSequence } from '../stores/counters.ts';
import { ApiError } from './api-error.ts';
import { authenticate, credentialOf, fingerprint, hasCredentialHeader } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { forgetCaller, rememberCaller } from './known-callers.ts';
import type { ParsedRequest } from './request.ts';

/** The outcome of admission. `refusal` takes precedence over mistakes in the request itself. */
export type Admission = {
  readonly caller: Caller | undefined;
  /** Sequence number of the audit entry that this request adds. */
  readonly sequence: number | undefined;
  readonly allowance: Allowance | undefined;
  readonly refusal: ApiError | undefined;
};

/**
 * Counts the request against its rate limits, checks its credential and draws its audit number. All three run
 * concurrently, so admission costs one round trip.
 */
export async function admit(
  route: RouteRecord,
  platform: Platform,
  settings: Settings,
  request: ParsedRequest,
): Promise<Admission> {
  const credential = credentialOf(request.headers);
  const [allowance, caller, sequence] = await Promise.all([
    allowanceOf(route, platform, settings, request, credential),
    route.auth !== 'none' && credential ? authenticate(platform, credential) : undefined,
    route.audit ? nextAuditSequence(platform.table) : undefined,
  ]);
  const admission = { caller, sequence, allowance };
  if (allowance && !allowance.allowed) {
    const audit =
      route.rateLimit === 'auth' ? { resource: 'account', outcome: 'refused' as const } : undefined;
    const headers = { 'Retry-After': String(allowance.resetSeconds) };
    return { ...admission, refusal: new ApiError('RATE_LIMITED', { headers, audit }) };
  }
  if (!accepts(route, caller, hasCredentialHeader(request.headers))) {
    if (credential) forgetCaller(fingerprint(credential));
    const isUser = route.auth === 'administrator' && caller?.kind === 'user';
    return {
      ...admission,
      caller: undefined,
      refusal: new ApiError(isUser ? 'FORBIDDEN' : 'UNAUTHENTICATED'),
    };
  }
  if (caller?.kind === 'token' && route.scope && !caller.scopes.includes(route.scope)) {
    const sentence = `This API token lacks the scope ${route.scope}.`;
    return { ...admission, refusal: new ApiError('FORBIDDEN', { sentence }) };
  }
  if (caller && credential) rememberCaller(fingerprint(credential), caller);
  return { ...admission, refusal: undefined };
}

/** Even where a credential is optional, an invalid one is refused: its sender means to be signed in. */
function accepts({ auth, scope }: RouteRecord, caller: Caller | undefined, isTried: boolean): boolean {
  if (auth === 'none' || (auth === 'optional' && !isTried)) return true;
  if (auth === 'administrator') return caller?.kind === 'administrator';
  if (caller?.kind === 'token') return scope !== undefined;
  return auth === 'any' ? caller !== undefined : caller?.kind === 'user';
}

/** Returns the tightest of the rate limits that apply. */
async function allowanceOf(
  { rateLimit }: RouteRecord,
  { table }: Platform,
  settings: Settings,
  request: ParsedRequest,
  credential: string | undefined,
): Promise<Allowance | undefined> {
  if (rateLimit === 'none') return undefined;
  const account = credential ? `credential ${credential}` : undefined;
  const address = `address ${networkOf(request.address)}`;
  const count = (identity: string, limit = settings.STRONGROOM_AUTH_RATE_LIMIT) =>
    countRequest(table, rateLimit, identity, limit, request.now);
  if (rateLimit === 'api') return count(account ?? address, settings.STRONGROOM_API_RATE_LIMIT);
  if (rateLimit === 'message') {
    return account
      ? count(account, settings.STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT)
      : count(address, settings.STRONGROOM_MESSAGE_RATE_LIMIT);
  }

  const email = emailOf(request.input.body);
  const identities = [address, email ? `email ${email}` : account].filter(
    (identity) => identity !== undefined,
  );
  const allowances = await Promise.all(identities.map((identity) => count(identity)));
  return allowances.reduce((tightest, next) =>
    next.remaining < tightest.remaining || !next.allowed ? next : tightest,
  );
}

function emailOf(body: unknown): string | undefined {
  const email = (body as { email?: unknown } | null)?.email;
  return typeof email === 'string' ? email.trim().toLowerCase().slice(0, 320) : undefined;
}

/** An IPv6 host controls a whole /64 (RFC 6177), so requests are counted per /64. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(tail ? 8 - head.length - tail.length : 0).fill('0');
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
}
