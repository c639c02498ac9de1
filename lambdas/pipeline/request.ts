import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import type { RouteRecord } from '../../contract/define-route.ts';
import { limits } from '../../contract/limits.ts';
import { ApiError, type ErrorDetail, invalid } from './api-error.ts';
import { baseUrlOf } from './base-url.ts';
import { issueMessage } from './issue-message.ts';

/** A request that is parsed and not yet admitted. */
export type ParsedRequest = {
  readonly requestId: string;
  readonly now: Date;
  readonly address: string;
  /** The server's URL by the request's own headers; see `baseUrlOf`. */
  readonly baseUrl: string;
  readonly userAgent: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly idempotencyKey: string | undefined;
  readonly rawBody: string;
  readonly input: { readonly params: unknown; readonly query: unknown; readonly body: unknown };
  /** What is wrong with the request. It is refused for it once its caller is admitted. */
  readonly problem: ApiError | undefined;
};

const noBody = z.strictObject({});

/** Reads an event against its route. What is wrong with the request is kept, since 401 and 429 go first. */
export function parseRequest(route: RouteRecord, event: APIGatewayProxyEvent, now: Date): ParsedRequest {
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  const rawBody = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString()
    : (event.body ?? '');
  const idempotencyKey = route.idempotent ? headers.get('idempotency-key') : undefined;
  const call = {
    requestId: event.requestContext.requestId,
    now,
    address: event.requestContext.identity.sourceIp,
    baseUrl: baseUrlOf(event, headers),
    userAgent: (headers.get('user-agent') ?? '').slice(0, 256),
    headers,
    idempotencyKey,
    rawBody,
  };
  try {
    checkIdempotencyKey(idempotencyKey);
    return { ...call, input: validInput(route, event, headers, rawBody), problem: undefined };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...call, input: { params: {}, query: {}, body: looseJson(rawBody) }, problem: error };
  }
}

function validInput(
  route: RouteRecord,
  event: APIGatewayProxyEvent,
  headers: ReadonlyMap<string, string>,
  rawBody: string,
): ParsedRequest['input'] {
  const details: ErrorDetail[] = [];
  const part = (schema: RouteRecord['body'], value: unknown) => {
    if (!schema) return {};
    const result = schema.safeParse(value, { error: issueMessage });
    if (result.success) return result.data;
    details.push(...issueDetails(result.error.issues));
    return {};
  };
  const takesBody = route.method === 'POST' || route.method === 'PUT';
  const body = takesBody ? part(route.body ?? noBody, readBody(route, headers, rawBody)) : {};
  const params = part(route.params, decodeParams(route, event));
  const query = part(route.query, event.queryStringParameters ?? {});
  if (details.length > 0) throw new ApiError('INVALID_REQUEST', { details });
  return { params, query, body };
}

function readBody(route: RouteRecord, headers: ReadonlyMap<string, string>, rawBody: string): unknown {
  if (rawBody === '') return {};
  const [mediaType] = (headers.get('content-type') ?? '').split(';');
  if (mediaType?.trim().toLowerCase() !== 'application/json') throw new ApiError('UNSUPPORTED_MEDIA_TYPE');
  if (Buffer.byteLength(rawBody) > (route.maxBodyBytes ?? limits.inlineBodyBytes)) {
    throw new ApiError('PAYLOAD_TOO_LARGE');
  }
  try {
    return JSON.parse(rawBody);
  } catch {
    // The parser's message quotes the body.
    throw new ApiError('MALFORMED_JSON');
  }
}

/**
 * API Gateway hands path parameters over as they stood in the URL. It hands none over where another path has the
 * name of one as its own, such as `/v1/kv/shared`: that is in the path.
 */
function decodeParams(route: RouteRecord, event: APIGatewayProxyEvent): Record<string, string> {
  const decoded: Record<string, string> = {};
  const segments = event.path.split('/').reverse();
  for (const [fromEnd, part] of route.path.split('/').reverse().entries()) {
    const [, name] = /^\{(\w+)\+?\}$/.exec(part) ?? [];
    if (name === undefined) continue;
    const value = event.pathParameters?.[name] ?? segments[fromEnd];
    try {
      decoded[name] = decodeURIComponent(value ?? '');
    } catch {
      throw invalid(name, 'is not valid percent-encoding');
    }
  }
  return decoded;
}

type Issue = { readonly path: PropertyKey[]; readonly message: string; readonly keys?: string[] };

/** Returns one detail per field, from its first issue: zod checks the length even of a value of the wrong type. */
function issueDetails(issues: readonly Issue[]): ErrorDetail[] {
  const messages = new Map<string, string>();
  for (const { path, message, keys } of issues) {
    for (const at of keys?.map((key) => [...path, key]) ?? [path]) {
      const name = at.map(String).join('.');
      if (!messages.has(name)) messages.set(name, message);
    }
  }
  return [...messages].map(([path, message]) => ({ path, message }));
}

function checkIdempotencyKey(key: string | undefined): void {
  if (key === undefined) return;
  if (key === '' || key.length > limits.idempotencyKeyCharacters || !/^[\x20-\x7e]+$/.test(key)) {
    throw invalid(
      'Idempotency-Key',
      `must have 1 to ${limits.idempotencyKeyCharacters} printable ASCII characters`,
    );
  }
}

/** The body of a refused request, as far as it can be read: its e-mail address still counts against a limit. */
function looseJson(rawBody: string): unknown {
  try {
    return rawBody.length <= limits.inlineBodyBytes ? JSON.parse(rawBody) : {};
  } catch {
    return {};
  }
}
