import type { ResponseRecord, RouteRecord } from '../define-route.ts';
import { type ErrorCode, errors } from '../errors.ts';
import { exampleOf } from './examples.ts';
import { errorsOf } from './implied-errors.ts';
import type { Converted } from './json-schemas.ts';
import type { Example, Header, MediaType, Reference, Response } from './types.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;

/** Headers that more than one operation answers with. */
export const headers = {
  'X-Request-Id': { description: 'Names the call in the log and in the audit log', schema: text },
  'RateLimit-Limit': { description: 'Calls that the window allows', schema: count },
  'RateLimit-Remaining': { description: 'Calls that are left of them', schema: count },
  'RateLimit-Reset': { description: 'Seconds until the window ends', schema: count },
  'Retry-After': { description: 'Seconds after which to try again', schema: count },
  'WWW-Authenticate': { description: 'Always `Bearer`', schema: text },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer that the first call with this Idempotency-Key had',
    schema: text,
  },
} as const satisfies Readonly<Record<string, Header>>;

const retried: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'IDEMPOTENCY_IN_PROGRESS',
  'NO_SANDBOX_FREE',
  'BUILDER_BUSY',
]);

const requestId = '5f0c6c1e-9a44-4d0b-8f57-2f7f0c3f6f1a';

/** One example of each error, by its code. */
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

/** Every answer of a route by its status: those that it declares, and its errors. */
export function responsesOf(route: RouteRecord, schemas: Converted): Record<string, Response | Reference> {
  const responses: Record<string, Response | Reference> = {};
  for (const [status, record] of Object.entries(route.responses)) {
    responses[status] = success(route, status, record, schemas);
  }
  for (const refusal of refusalsOf(route)) {
    const declared = route.responses[Number(refusal.status)];
    responses[refusal.status] = declared
      ? either(success(route, refusal.status, declared, schemas), refusal.response)
      : { $ref: `#/components/responses/${refusal.name}` };
  }
  return responses;
}

/** The answers that more than one route shares, by the names under which `responsesOf` refers to them. */
export function sharedResponses(routes: readonly RouteRecord[]): Record<string, Response> {
  const refusals = routes.flatMap((route) =>
    refusalsOf(route).filter(({ status }) => !route.responses[Number(status)]),
  );
  const byName = new Map(refusals.map(({ name, response }) => [name, response]));
  return Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The name under which the body of an answer is converted. */
export function answerName(route: RouteRecord, status: string | number): string {
  return `${route.operationId} ${status}`;
}

function success(
  route: RouteRecord,
  status: string,
  record: ResponseRecord,
  { answers, components }: Converted,
): Response {
  const schema = answers[answerName(route, status)] ?? {};
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

type Refusal = { readonly status: string; readonly name: string; readonly response: Response };

/** The errors of a route, a response a status. Its name holds all that sets it apart from another. */
function refusalsOf(route: RouteRecord): readonly Refusal[] {
  return byStatus(errorsOf(route)).map(([status, codes]) => ({
    status,
    name: [...codes, ...(route.rateLimit === 'none' ? ['unlimited'] : [])].join('.'),
    response: {
      description: codes.map((code) => `- \`${code}\`: ${errors[code][1]}`).join('\n'),
      headers: {
        ...commonHeaders(route),
        ...(status === '401' && { 'WWW-Authenticate': header('WWW-Authenticate') }),
        ...(codes.some((code) => retried.has(code)) && { 'Retry-After': header('Retry-After') }),
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

function either(declared: Response, refusal: Response): Response {
  const content: Record<string, MediaType> = { ...declared.content };
  for (const [type, media] of Object.entries(refusal.content)) {
    const other = content[type];
    content[type] = other ? { ...media, schema: { anyOf: [other.schema, media.schema] } } : media;
  }
  return {
    description: `${declared.description}\n${refusal.description}`,
    headers: { ...declared.headers, ...refusal.headers },
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
