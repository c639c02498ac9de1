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
    summary: 'Check liveness',
    description: 'Reports only that the API responds. It accesses no store.',
    responses: { 200: { description: 'Alive', body: z.object({ status: z.literal('ok') }) } },
    access: {},
  }),
  getHealth: defineRoute({
    ...open,
    operationId: 'system.getHealth',
    method: 'GET',
    path: '/api/health',
    summary: 'Check health',
    description:
      'Checks the database, the object store, the key store and the sandbox, with a timeout of one second each.',
    rateLimit: 'api',
    responses: {
      200: { description: 'All parts are healthy', body: HealthResponse },
      503: { description: 'A part is not healthy', body: HealthResponse },
    },
    access: { ping: true },
  }),
  getInfo: defineRoute({
    ...open,
    operationId: 'system.getInfo',
    method: 'GET',
    path: '/api',
    summary: 'Get API information',
    description: 'Returns name, version, limits, and algorithms with their parameters.',
    responses: { 200: { description: 'Information about this API', body: ApiInfo } },
    access: {},
  }),
  getOpenapi: defineRoute({
    ...open,
    operationId: 'system.getOpenapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'Get the OpenAPI document',
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
    summary: 'Get the API documentation page',
    description: 'The page reads /openapi.json and loads nothing from another origin.',
    responses: { 200: { description: 'HTML', body: z.string(), contentType: 'text/html; charset=utf-8' } },
    access: {},
  }),
  getJwks: defineRoute({
    ...open,
    operationId: 'system.getJwks',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'Get the public keys of tokens',
    description: 'Returns a JWK set (RFC 7517). The key that currently signs tokens comes first.',
    responses: { 200: { description: 'JWK set', body: z.object({ keys: z.array(Jwk) }) } },
    access: { keys: ['verify:jwt'] },
  }),
} as const;
