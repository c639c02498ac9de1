import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineRoute, type RouteRecord } from '../../../contract/define-route.ts';
import { routes } from '../../../contract/routes.ts';
import { Email, Instant, PageQuery, Password } from '../../../contract/schemas.ts';
import { parseRequest } from '../../../lambdas/pipeline/request.ts';

type Input = { readonly body?: unknown; readonly query?: Record<string, string>; readonly param?: string };

/** The details with which the pipeline refuses a request. */
function detailsOf(route: RouteRecord, { body, query, param }: Input) {
  const path = route.path.replaceAll(/\{\w+\}/g, param ?? '');
  const event = {
    path,
    headers: { 'content-type': 'application/json' },
    queryStringParameters: query ?? null,
    body: body === undefined ? null : JSON.stringify(body),
    requestContext: { requestId: 'request', identity: { sourceIp: '203.0.113.7' }, stage: '' },
  } as unknown as APIGatewayProxyEvent;
  return parseRequest(route, event, new Date()).problem?.details ?? [];
}

const route = defineRoute({
  operationId: 'test.create',
  method: 'POST',
  path: '/test',
  tag: 'System',
  summary: 'Test',
  auth: 'none',
  rateLimit: 'none',
  query: PageQuery,
  body: z.strictObject({
    required: z.string(),
    text: z.string().min(2).max(3).optional(),
    filled: z.string().min(1).optional(),
    flag: z.boolean().optional(),
    count: z.int().min(2).max(3).optional(),
    seconds: z.number().optional(),
    list: z.array(z.string()).min(2).max(3).optional(),
    single: z.array(z.string()).min(1).max(1).optional(),
    nested: z.strictObject({ name: z.string() }).optional(),
    language: z.enum(['python', 'javascript']).optional(),
    permission: z.literal('read').optional(),
    email: Email.optional(),
    password: Password.optional(),
    expiresAt: Instant.optional(),
    id: z.uuid().optional(),
    userId: z.guid().optional(),
    hex: z
      .string()
      .regex(/^[0-9a-f]+$/)
      .optional(),
    either: z.union([z.literal(1), z.array(z.string())]).optional(),
    own: z
      .string()
      .refine(() => false, { error: 'must be what the schema says' })
      .optional(),
  }),
  responses: { 200: { description: 'Done', body: z.object({}) } },
  access: {},
});

describe('the pipeline refuses a field in plain English', () => {
  test.each([
    ['required', undefined, 'is required'],
    ['required', 7, 'must be a string'],
    ['required', null, 'must be a string'],
    ['text', 'x', 'must have at least 2 characters'],
    ['text', 'long', 'must have at most 3 characters'],
    ['filled', '', 'must not be empty'],
    ['flag', 'yes', 'must be true or false'],
    ['count', '2', 'must be a number'],
    ['count', 2.5, 'must be an integer'],
    ['count', 1, 'must be at least 2'],
    ['count', 4, 'must be at most 3'],
    ['seconds', 'soon', 'must be a number'],
    ['list', 'x', 'must be a list'],
    ['list', ['x'], 'must have at least 2 entries'],
    ['list', ['x', 'x', 'x', 'x'], 'must have at most 3 entries'],
    ['single', [], 'must not be empty'],
    ['single', ['x', 'x'], 'must have at most 1 entry'],
    ['nested', [], 'must be an object'],
    ['language', 'cobol', 'must be one of "python", "javascript"'],
    ['permission', 'write', 'must be "read"'],
    ['email', 'no-address', 'must be an e-mail address'],
    ['password', 'short', 'must have at least 10 characters'],
    ['expiresAt', 'tomorrow', 'must be an ISO 8601 date and time'],
    ['id', '1', 'must be a UUID'],
    ['userId', '1', 'must be a UUID'],
    ['hex', 'xyz', 'has an invalid format'],
    ['either', 2, 'has an invalid value'],
    ['own', 'x', 'must be what the schema says'],
    ['unknown', 1, 'is not a known field'],
  ])('%s as %j %s', (field, value, message) => {
    expect(detailsOf(route, { body: { required: '', [field]: value } })).toEqual([{ path: field, message }]);
  });

  test.each([
    [[], '', 'must be an object'],
    [{ required: '', nested: {} }, 'nested.name', 'is required'],
    [{ required: '', nested: { name: '', other: 1 } }, 'nested.other', 'is not a known field'],
    [{ required: '', list: ['x', 7] }, 'list.1', 'must be a string'],
  ])('the body %j at the path %j %s', (body, path, message) => {
    expect(detailsOf(route, { body })).toEqual([{ path, message }]);
  });

  test.each([
    ['limit', 'ten', 'must be a number'],
    ['limit', '1.5', 'must be an integer'],
    ['limit', '0', 'must be at least 1'],
    ['order', 'up', 'is not a known field'],
  ])('the query parameter %s as %j %s', (field, value, message) => {
    expect(detailsOf(route, { body: { required: '' }, query: { [field]: value } })).toEqual([
      { path: field, message },
    ]);
  });

  test('names every field that is wrong', () => {
    const body = { flag: 1, first: 1, second: 2 };
    expect(detailsOf(route, { body }).map(({ path }) => path)).toEqual([
      'required',
      'flag',
      'first',
      'second',
    ]);
  });
});

test('no route answers with a message of the validation library', () => {
  const messages = new Set<string>();
  for (const route of routes) {
    const fields = Object.keys(route.body?.shape ?? {});
    const bodies: unknown[] = [undefined, [], { unknown: 1 }];
    for (const value of [7, '', 'x'.repeat(2_000), [], [[]], {}, null, true, -1, 1e9]) {
      bodies.push(Object.fromEntries(fields.map((field) => [field, value])));
    }
    const query = Object.fromEntries(Object.keys(route.query?.shape ?? {}).map((name) => [name, ' ']));
    for (const body of bodies) {
      for (const { message } of detailsOf(route, { body, query, param: 'x'.repeat(2_000) }))
        messages.add(message);
    }
  }
  expect(messages.size).toBeGreaterThan(20);
  for (const message of messages) {
    expect(message).toMatch(/^(must|is|has|two|a file) /);
    expect(message).not.toMatch(/Invalid|expected|received|Too |pattern|undefined|\[object/);
  }
});
