import type { ResponseRecord, RouteRecord } from '../define-route.ts';
import { type ErrorCode, errors } from '../errors.ts';
import { exampleOf } from './examples.ts';
import { errorsOf } from './implied-errors.ts';
import type { Converted } from './json-schemas.ts';
import type { Example, Header, MediaType, Reference, Response } from './types.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;

/** Response headers that several operations share. */
export const headers = {
  'X-Request-Id': { description: 'Identifies the request in the server log and the audit log', schema: text },
  'RateLimit-Limit': { description: 'Requests allowed in the current window', schema: count },
  'RateLimit-Remaining': { description: 'Remaining requests in the current window', schema: count },
  'RateLimit-Reset': { description: 'Seconds until the window ends', schema: count },
  'Retry-After': { description: 'Seconds to wait before a retry', schema: count },
  'WWW-Authenticate': { description: 'Always `Bearer`', schema: text },
  'Idempotency-Replayed': {
    description: '`true` if this is the stored response to an earlier request with this Idempotency-Key',
    schema: text,
  },
} as const satisfies Readonly<Record<string, Header>>;

const retryable: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'IDEMPOTENCY_IN_PROGRESS',
  'NO_SANDBOX_FREE',
  'BUILDER_BUSY',
]);

const requestId = '5f0c6c1e-9a44-4d0b-8f57-2f7f0c3f6f1a';

/** Returns an example of each error, by its code. */
export function errorExamples(codes: Iterable<ErrorCode>): Record<string, Example> {
  const example = (code: ErrorCode): Example => {
    const [, sentence] = errors[code];
    const details =
      code === 'INVALID_REQUEST'
        ? { details: [{ path: 'nmae', message: 'is not a known field' }] }
        : undefined;
    return { summary: sentence, value: { success: false, error: sentence, code, requestId, ...details } };
  };
  return Object.fromEntries([...codes].map((code) => [code, example(code)]));
}

/** Returns every response of a route by status: those that it declares, and its errors. */
export function responsesOf(route: RouteRecord, schemas: Converted): Record<string, Response | Reference> {
  const responses: Record<string, Response | Reference> = {};
  for (const [status, record] of Object.entries(route.responses)) {
    responses[status] = success(route, status, record, schemas);
  }
  for (const error of errorResponsesOf(route)) {
    const declared = route.responses[Number(error.status)];
    responses[error.status] = declared
      ? either(success(route, error.status, declared, schemas), error.response)
      : { $ref: `#/components/responses/${error.name}` };
  }
  return responses;
}

/** Returns the error responses of all routes, by the names under which `responsesOf` refers to them. */
export function sharedResponses(routes: readonly RouteRecord[]): Record<string, Response> {
  const errorResponses = routes.flatMap((route) =>
    errorResponsesOf(route).filter(({ status }) => !route.responses[Number(status)]),
  );
  const byName = new Map(errorResponses.map(({ name, response }) => [name, response]));
  return Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the name under which a response body is converted. */
export function responseName(route: RouteRecord, status: string | number): string {
  return `${route.operationId} ${status}`;
}

function success(
  route: RouteRecord,
  status: string,
  record: ResponseRecord,
  { responses, components }: Converted,
): Response {
  const schema = responses[responseName(route, status)] ?? {};
  const example = record.contentType ? undefined : exampleOf(schema, components);
  const media: MediaType = { schema, ...(example !== undefined && { example }) };
  const own = Object.entries(record.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: text },
  ]);
  return {
    description: record.description,
    headers: {
      ...commonHeaders(route),
      ...(route.idempotent && { 'Idempotency-Replayed': header('Idempotency-Replayed') }),
      ...Object.fromEntries(own),
    },
    content: { [record.contentType ?? 'application/json']: media },
  };
}

type ErrorResponse = { readonly status: string; readonly name: string; readonly response: Response };

/** Returns the errors of a route, one response per status. Equal names imply equal responses. */
function errorResponsesOf(route: RouteRecord): readonly ErrorResponse[] {
  return byStatus(errorsOf(route)).map(([status, codes]) => ({
    status,
    name: [...codes, ...(route.rateLimit === 'none' ? ['unlimited'] : [])].join('.'),
    response: {
      description: codes.map((code) => `- \`${code}\`: ${errors[code][1]}`).join('\n'),
      headers: {
        ...commonHeaders(route),
        ...(status === '401' && { 'WWW-Authenticate': header('WWW-Authenticate') }),
        ...(codes.some((code) => retryable.has(code)) && { 'Retry-After': header('Retry-After') }),
      },
      content: { 'application/json': errorMedia(codes) },
    },
  }));
}

function errorMedia(codes: readonly ErrorCode[]): MediaType {
  return {
    schema: { allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { code: { enum: codes } } }] },
    examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
  };
}

function either(declared: Response, error: Response): Response {
  const content: Record<string, MediaType> = { ...declared.content };
  for (const [type, media] of Object.entries(error.content)) {
    const other = content[type];
    content[type] = other ? { ...media, schema: { anyOf: [other.schema, media.schema] } } : media;
  }
  return {
    description: `${declared.description}\n${error.description}`,
    headers: { ...declared.headers, ...error.headers },
    content,
  };
}

function byStatus(codes: Iterable<ErrorCode>): [string, ErrorCode[]][] {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const [status] = errors[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return [...groups].map(([status, group]) => [String(status), group.sort()]);
}

function commonHeaders(route: RouteRecord): Record<string, Reference> {
  const limited = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const;
  const names = ['X-Request-Id', ...(route.rateLimit === 'none' ? [] : limited)] as const;
  return Object.fromEntries(names.map((name) => [name, header(name)]));
}

function header(name: keyof typeof headers): Reference {
  return { $ref: `#/components/headers/${name}` };
}
