import { type ErrorCode, errors } from '../contract/errors.ts';

/** Headers of every error, as lambdas/pipeline/respond.ts sets them. API Gateway needs constants in quotes. */
export const errorHeaders = {
  'Content-Type': "'application/json; charset=utf-8'",
  'X-Request-Id': 'context.requestId',
  'Cache-Control': "'no-store'",
  'X-Content-Type-Options': "'nosniff'",
  'Strict-Transport-Security': "'max-age=63072000; includeSubDomains'",
} as const;

/** Returns an error's body as a mapping template. */
export function errorTemplate(code: ErrorCode): string {
  const [, error] = errors[code];
  return JSON.stringify({ success: false, error, code, requestId: '$context.requestId' });
}

type GatewayError = {
  readonly code: ErrorCode;
  /** HTTP status, if it is not that of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Responses of API Gateway itself ("Gateway response types"). It expects a signature on every request that it does not
 * know, hence the first three.
 */
const gatewayErrors: Readonly<Record<string, GatewayError>> = {
  MISSING_AUTHENTICATION_TOKEN: { code: 'NOT_FOUND' },
  INVALID_SIGNATURE: { code: 'NOT_FOUND' },
  EXPIRED_TOKEN: { code: 'NOT_FOUND' },
  RESOURCE_NOT_FOUND: { code: 'NOT_FOUND' },
  ACCESS_DENIED: { code: 'FORBIDDEN' },
  WAF_FILTERED: { code: 'FORBIDDEN' },
  INVALID_API_KEY: { code: 'FORBIDDEN' },
  BAD_REQUEST_BODY: { code: 'INVALID_REQUEST' },
  BAD_REQUEST_PARAMETERS: { code: 'INVALID_REQUEST' },
  REQUEST_TOO_LARGE: { code: 'PAYLOAD_TOO_LARGE' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
  THROTTLED: { code: 'RATE_LIMITED', headers: { 'Retry-After': "'1'" } },
  QUOTA_EXCEEDED: { code: 'RATE_LIMITED', headers: { 'Retry-After': "'1'" } },
  API_CONFIGURATION_ERROR: { code: 'INTERNAL' },
  AUTHORIZER_FAILURE: { code: 'INTERNAL' },
  AUTHORIZER_CONFIGURATION_ERROR: { code: 'INTERNAL' },
  INTEGRATION_FAILURE: { code: 'INTERNAL' },
  INTEGRATION_TIMEOUT: { code: 'TIMEOUT' },
  DEFAULT_4XX: { code: 'INVALID_REQUEST' },
  DEFAULT_5XX: { code: 'INTERNAL' },
};

/** Returns `x-amazon-apigateway-gateway-responses`: the gateway's own errors in the format of all errors. */
export function gatewayResponses(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(gatewayErrors).map(([type, { code, status = errors[code][0], headers }]) => [
      type,
      {
        statusCode: String(status),
        responseParameters: Object.fromEntries(
          Object.entries({ ...errorHeaders, ...headers }).map(([name, value]) => [
            `gatewayresponse.header.${name}`,
            value,
          ]),
        ),
        responseTemplates: { 'application/json': errorTemplate(code) },
      },
    ]),
  );
}
