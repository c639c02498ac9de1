import type { Readable } from 'node:stream';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { RouteRecord } from '../../contract/define-route.ts';
import { errorsOf } from '../../contract/openapi/implied-errors.ts';
import { Refused } from '../../crypto/errors.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { InvalidCursor } from '../../platform/table.ts';
import type { Admission } from './admission.ts';
import { ApiError } from './api-error.ts';
import type { OperationResult } from './operation.ts';

/** Returns a response reduced to what the route declares. Fields that the schema does not know are never sent. */
export function respond(
  route: RouteRecord,
  requestId: string,
  { status, body, headers }: OperationResult,
  admission: Admission,
): APIGatewayProxyResult {
  const record = route.responses[status];
  if (!record) throw new Error(`${route.operationId} does not declare status ${status}`);
  const cut = record.body.parse(body);
  return {
    statusCode: status,
    headers: {
      ...commonHeaders(requestId, admission),
      'Content-Type': record.contentType ?? 'application/json; charset=utf-8',
      ...headers,
    },
    body: record.contentType ? String(cut) : JSON.stringify(cut),
  };
}

export type StreamResult = Omit<APIGatewayProxyResult, 'body'> & { readonly body: string | Readable };

/** Returns a response that is sent as it is produced. The operation itself is responsible for its content. */
export function respondStream(
  route: RouteRecord,
  requestId: string,
  { status, body, headers }: OperationResult,
  admission: Admission,
): StreamResult {
  const { contentType } = route.responses[status] ?? {};
  if (!contentType) throw new Error(`${route.operationId} does not declare a stream of status ${status}`);
  return {
    statusCode: status,
    headers: { ...commonHeaders(requestId, admission), 'Content-Type': contentType, ...headers },
    body: body as Readable,
  };
}

/** Returns an error response. A 5xx does not reveal its cause; the log has it under the same request ID. */
export function respondError(
  route: RouteRecord,
  requestId: string,
  error: unknown,
  admission: Admission | undefined,
): APIGatewayProxyResult {
  return errorResult(toDeclaredError(route, error), commonHeaders(requestId, admission), requestId);
}

/** Returns an error response for a request that matches no route. */
export function refuseUnrouted(error: ApiError, requestId: string): APIGatewayProxyResult {
  return errorResult(error, commonHeaders(requestId, undefined), requestId);
}

/** Returns an error in the shape that all errors have. */
function errorResult(
  { code, status, sentence, details, extra, headers }: ApiError,
  common: Record<string, string>,
  requestId: string,
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      ...common,
      'Content-Type': 'application/json; charset=utf-8',
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...headers,
    },
    body: JSON.stringify({
      ...extra,
      success: false,
      error: sentence,
      code,
      requestId,
      ...(details && { details }),
    }),
  };
}

/**
 * Returns the error if the route declares it. Any other error is a fault of the server: it is logged and becomes a
 * 500.
 */
function toDeclaredError(route: RouteRecord, thrown: unknown): ApiError {
  const error = toApiError(thrown);
  if (error instanceof ApiError && errorsOf(route).has(error.code)) return error;
  logger.error('unexpected error', { operationId: route.operationId, ...describeError(error) });
  return new ApiError('INTERNAL');
}

/** Translates errors of ports and formats into errors of the API. */
function toApiError(thrown: unknown): unknown {
  if (thrown instanceof InvalidCursor) return new ApiError('INVALID_CURSOR', { cause: thrown });
  if (!(thrown instanceof Refused)) return thrown;
  const code = thrown.code === 'WRONG_USER_SECRET' ? thrown.code : 'TAMPERED';
  if (code === 'TAMPERED') logger.warn('stored data was rejected', { reason: thrown.code });
  return new ApiError(code, { cause: thrown });
}

function commonHeaders(requestId: string, admission: Admission | undefined): Record<string, string> {
  const allowance = admission?.allowance;
  return {
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
    ...(allowance && {
      'RateLimit-Limit': String(allowance.limit),
      'RateLimit-Remaining': String(allowance.remaining),
      'RateLimit-Reset': String(allowance.resetSeconds),
    }),
  };
}
