import { setTimeout as after } from 'node:timers/promises';
import { limits } from '../../contract/limits.ts';
import { isUserSecretLength } from '../../contract/user-secret.ts';
import { WrongUserSecret } from '../../crypto/errors.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';
import { type Allowance, countRequest, currentAllowance, uncountRequest } from '../stores/counters.ts';

const header = 'X-User-Secret';
const newHeader = 'X-New-User-Secret';

type Headers = ReadonlyMap<string, string>;

/** @throws ApiError USER_SECRET_REQUIRED */
export function readUserSecret(headers: Headers): string {
  return readHeader(headers, header);
}

/**
 * Returns the secret that keys are to be created or rekeyed under.
 *
 * @throws ApiError USER_SECRET_REQUIRED, INVALID_REQUEST if it is too short or too long
 */
export function readSecretToSet(headers: Headers, name: typeof header | typeof newHeader = header): string {
  const secret = readHeader(headers, name);
  const { min, max } = limits.userSecretCharacters;
  if (!isUserSecretLength(secret)) throw invalid(name, `must be ${min} to ${max} characters long`);
  return secret;
}

export function readNewUserSecret(headers: Headers): string {
  return readSecretToSet(headers, newHeader);
}

function readHeader(headers: Headers, name: string): string {
  const value = headers.get(name.toLowerCase());
  if (!value) {
    const sentence =
      name === header ? undefined : `This request needs the new user secret in the ${name} header.`;
    throw new ApiError('USER_SECRET_REQUIRED', { ...(sentence && { sentence }) });
  }
  return decodeHeader(value);
}

/**
 * A server may pass header fields as one character per byte (RFC 9110 section 5.5); some decode UTF-8 before that.
 */
function decodeHeader(value: string): string {
  if (/[^\0-\xff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

export type SecretContext = Pick<Context, 'platform' | 'settings' | 'now' | 'headers' | 'admitted'> & {
  readonly caller: UserCaller;
};

/**
 * Delays in milliseconds before a request tries again, while other requests of the user are having their secrets
 * tried.
 */
const retryDelays = [50, 100, 200, 400, 800];

const bucket = 'secret';
const identityOf = ({ caller }: SecretContext) => `user ${caller.userId}`;

/**
 * Checks that the user may try a secret at all. A secret that is known to be right is checked as well: if it were let
 * through, the response would tell right secrets from wrong ones.
 *
 * @throws ApiError RATE_LIMITED
 */
export async function requireSecretAllowance(context: SecretContext): Promise<void> {
  const { platform, settings, now } = context;
  await untilAllowed(() =>
    currentAllowance(platform.table, bucket, identityOf(context), settings.STRONGROOM_SECRET_RATE_LIMIT, now),
  );
}

/**
 * Tries a secret. The attempt is counted before, and the count is undone if the secret is right. So no more wrong
 * secrets than the limit can be tried, however many run concurrently.
 *
 * @param attempt rejects with WrongUserSecret, or with another error; both count
 * @throws ApiError WRONG_USER_SECRET, RATE_LIMITED
 */
export async function trySecret<T>(context: SecretContext, attempt: () => Promise<T>): Promise<T> {
  const { platform, settings, now } = context;
  const counted = [
    platform.table,
    bucket,
    identityOf(context),
    settings.STRONGROOM_SECRET_RATE_LIMIT,
    now,
  ] as const;
  await untilAllowed(() => countRequest(...counted));
  const result = await attempt().catch((error: unknown) => {
    if (!(error instanceof WrongUserSecret)) throw error;
    const resource = `users/${context.caller.userId}/keys`;
    throw new ApiError('WRONG_USER_SECRET', { cause: error, audit: { resource, outcome: 'refused' } });
  });
  await uncountRequest(...counted);
  return result;
}

async function untilAllowed(ask: () => Promise<Allowance>): Promise<void> {
  let allowance = await ask();
  for (const pause of retryDelays) {
    if (allowance.allowed) return;
    await after(pause);
    allowance = await ask();
  }
  if (allowance.allowed) return;
  throw new ApiError('RATE_LIMITED', {
    sentence: 'Too many wrong user secrets; wait and try again.',
    headers: { 'Retry-After': String(allowance.resetSeconds) },
  });
}
