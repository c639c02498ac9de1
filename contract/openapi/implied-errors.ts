import type { RouteRecord } from '../define-route.ts';
import type { ErrorCode } from '../errors.ts';

/** Returns every error of a route: those that the request pipeline implies, and its own. */
export function errorsOf(route: RouteRecord): ReadonlySet<ErrorCode> {
  return new Set([...impliedErrors(route), ...(route.errors ?? [])]);
}

function impliedErrors(route: RouteRecord): readonly ErrorCode[] {
  const takesBody = route.method === 'POST' || route.method === 'PUT';
  const codes: ErrorCode[] = ['INTERNAL'];
  if (takesBody)
    codes.push('INVALID_REQUEST', 'MALFORMED_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (route.params || route.query) codes.push('INVALID_REQUEST');
  if (route.auth !== 'none') codes.push('UNAUTHENTICATED');
  if (route.auth === 'administrator') codes.push('FORBIDDEN');
  if (route.scope) codes.push('FORBIDDEN');
  if (route.rateLimit !== 'none') codes.push('RATE_LIMITED');
  if (route.idempotent) codes.push('IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS');
  if (route.audit || route.idempotent) codes.push('CONFLICT');
  return codes;
}
