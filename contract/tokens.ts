import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { Instant, PageQuery, Timestamp, text } from './schemas.ts';
import { type TokenScope, tokenScopes } from './scopes.ts';

const Scope = z.enum(Object.keys(tokenScopes) as [TokenScope, ...TokenScope[]]);

const ApiToken = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'Accurate to the minute' }),
  })
  .meta({ id: 'ApiToken' });

const NewApiToken = ApiToken.extend({
  token: z.string().meta({ description: 'The token; it is shown only once', example: 'enigma_…' }),
}).meta({ id: 'NewApiToken' });

const success = z.literal(true);
const common = { tag: 'Tokens', auth: 'user', rateLimit: 'api' } as const;

export const tokens = {
  create: defineRoute({
    ...common,
    operationId: 'tokens.create',
    method: 'POST',
    path: '/api/tokens',
    summary: 'Create an API token',
    description: 'The server stores only a hash of the token. A token cannot create, list or revoke tokens.',
    body: z
      .strictObject({
        name: text(limits.apiTokenNameCharacters * 4)
          .min(1)
          .max(limits.apiTokenNameCharacters)
          .meta({ example: 'CI server' }),
        scopes: z
          .array(Scope)
          .min(1)
          .max(Object.keys(tokenScopes).length)
          .default(Scope.options)
          .meta({ description: 'Default: all scopes' }),
        expiresAt: Instant.nullish().meta({
          description: `When the token expires, at most ${limits.apiTokenSeconds.max / 86_400} days ahead; null for never. Default: in 90 days`,
        }),
      })
      .meta({ id: 'ApiTokenInput' }),
    responses: {
      201: { description: 'The token', body: z.object({ success, data: NewApiToken }) },
    },
    errors: ['TOO_MANY_TOKENS'],
    idempotent: true,
    audit: 'tokens.create',
    alongsideAdmission: true,
    access: { tables: { tokens: 'write', credentials: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'tokens.list',
    method: 'GET',
    path: '/api/tokens',
    summary: 'List API tokens',
    description:
      'Returns metadata, never the tokens themselves. An expired token is listed for another 30 days.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of tokens',
        body: z.object({ success, data: z.array(ApiToken), nextCursor: z.string().optional() }),
      },
    },
    errors: ['INVALID_CURSOR'],
    alongsideAdmission: true,
    access: { tables: { tokens: 'read' } },
  }),
  delete: defineRoute({
    ...common,
    operationId: 'tokens.delete',
    method: 'DELETE',
    path: '/api/tokens/{id}',
    summary: 'Revoke an API token',
    description: 'The token stops working immediately. Messages that it created remain.',
    params: z.strictObject({ id: z.string().max(128) }),
    responses: {
      200: { description: 'Revoked', body: z.object({ success, message: z.literal('Token revoked') }) },
    },
    errors: ['NOT_FOUND'],
    audit: 'tokens.delete',
    access: { tables: { tokens: 'write', credentials: 'write' } },
  }),
} as const;
