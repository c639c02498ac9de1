import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { Timestamp } from './schemas.ts';

const Check = z.enum(['ok', 'failed']);

const HealthResponse = z
  .object({
    status: Check,
    version: z.string(),
    time: Timestamp,
    checks: z.object({ database: Check, objects: Check, keys: Check, sandbox: Check }),
  })
  .meta({ id: 'HealthResponse' });

const ApiInfo = z
  .object({
    name: z.literal('strongroom'),
    version: z.string(),
    documentation: z.string(),
    openapi: z.string(),
    limits: z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())])),
    algorithms: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number()]))),
  })
  .meta({ id: 'ApiInfo' });

const Jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

const open = { tag: 'System', auth: 'none', rateLimit: 'none' } as const;

export const system = {
  getLiveness: defineRoute({
    ...open,
    operationId: 'system.getLiveness',
    method: 'GET',
    path: '/health',
    summary: 'Liveness',
    description: 'Touches no store: it says that the front door is open and nothing else.',
    responses: { 200: { description: 'Alive', body: z.object({ status: z.literal('ok') }) } },
    access: {},
  }),
  getHealth: defineRoute({
    ...open,
    operationId: 'system.getHealth',
    method: 'GET',
    path: '/api/health',
    summary: 'Health check',
    description:
      'Asks the database, the object store, the key store and the sandbox; each may take one second.',
    rateLimit: 'api',
    responses: {
      200: { description: 'Every part answers', body: HealthResponse },
      503: { description: 'A part does not answer', body: HealthResponse },
    },
    access: { ping: true },
  }),
  getInfo: defineRoute({
    ...open,
    operationId: 'system.getInfo',
    method: 'GET',
    path: '/api',
    summary: 'API info',
    description: 'Name, version, limits, and the algorithms with their parameters.',
    responses: { 200: { description: 'About this API', body: ApiInfo } },
    access: {},
  }),
  getOpenapi: defineRoute({
    ...open,
    operationId: 'system.getOpenapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as OpenAPI 3.1',
    responses: {
      200: { description: 'OpenAPI 3.1 document', body: z.looseObject({ openapi: z.literal('3.1.0') }) },
    },
    access: {},
  }),
  getDocs: defineRoute({
    ...open,
    operationId: 'system.getDocs',
    method: 'GET',
    path: '/docs',
    summary: 'This API as a page',
    description: 'Reads /openapi.json; loads nothing from any other origin.',
    responses: { 200: { description: 'HTML', body: z.string(), contentType: 'text/html; charset=utf-8' } },
    access: {},
  }),
  getJwks: defineRoute({
    ...open,
    operationId: 'system.getJwks',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'Public keys that tokens are signed with',
    description: 'RFC 7517. The key that signs now comes first.',
    responses: { 200: { description: 'JWK set', body: z.object({ keys: z.array(Jwk) }) } },
    access: { keys: ['verify:jwt'] },
  }),
} as const;
