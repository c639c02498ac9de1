import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { Email, Password, Timestamp } from './schemas.ts';

const UserInfo = z
  .object({
    id: z.uuid(),
    email: z.string().nullable().meta({ example: 'developer@example.com' }),
    orgId: z.string(),
    role: z.enum(['member', 'admin']),
    createdAt: Timestamp,
  })
  .meta({ id: 'UserInfo' });

const token = z.string().meta({ description: 'JWT, ES256, good for one hour', example: 'eyJ…' });

const AuthResponse = z
  .object({
    token,
    apiKey: z.string().nullable().meta({
      description:
        'The API key. null only where an administrator, or a rotation without the password, replaced it since.',
      example: 'pyapi_…',
    }),
    user: UserInfo,
  })
  .meta({ id: 'AuthResponse' });

const TokenResponse = z.object({ token, user: UserInfo });

const AuthRequest = z.strictObject({ email: Email, password: Password }).meta({ id: 'AuthRequest' });

/** What a password is checked with needs CPU: Argon2id, 64 MiB. */
const hashing = { memoryMiB: 1769 } as const;

const common = { tag: 'Auth', method: 'POST' } as const;

export const auth = {
  register: defineRoute({
    ...common,
    ...hashing,
    operationId: 'auth.register',
    path: '/api/register',
    summary: 'Register a new user',
    description: 'Where registration is open, or for e-mail domains that the installation lists.',
    auth: 'none',
    rateLimit: 'auth',
    body: AuthRequest,
    responses: { 201: { description: 'The account, a token and the API key', body: AuthResponse } },
    errors: ['REGISTRATION_CLOSED', 'EMAIL_TAKEN'],
    idempotent: true,
    audit: 'auth.register',
    access: {
      tables: { users: 'write', credentials: 'write', sessions: 'write', orgs: 'write' },
      keys: ['sign:jwt', 'verify:jwt'],
    },
  }),
  login: defineRoute({
    ...common,
    ...hashing,
    operationId: 'auth.login',
    alongsideAdmission: true,
    path: '/api/login',
    summary: 'Login',
    description: 'Takes the same time and answers the same for an unknown address as for a wrong password.',
    auth: 'none',
    rateLimit: 'auth',
    body: z.strictObject({ email: Email, password: z.string().max(1024) }),
    responses: { 200: { description: 'A token and the API key', body: AuthResponse } },
    errors: ['INVALID_CREDENTIALS'],
    audit: 'auth.login',
    access: { tables: { users: 'read', sessions: 'write' }, keys: ['sign:jwt', 'verify:jwt'] },
  }),
  verify: defineRoute({
    ...common,
    operationId: 'auth.verify',
    path: '/api/verify',
    summary: 'Verify token',
    description: 'The token comes in the Authorization header or in the body.',
    auth: 'none',
    rateLimit: 'api',
    body: z.strictObject({ token: z.string().max(8192).optional() }),
    responses: {
      200: {
        description: 'The token is good',
        body: z.object({ valid: z.literal(true), user: UserInfo, expiresAt: Timestamp }),
      },
    },
    errors: ['UNAUTHENTICATED'],
    access: { tables: { users: 'read', sessions: 'read' }, keys: ['verify:jwt'] },
  }),
  refresh: defineRoute({
    ...common,
    operationId: 'auth.refresh',
    alongsideAdmission: true,
    path: '/api/refresh',
    summary: 'Refresh token',
    description: 'A new token for one that is still valid; the old one stays valid until it expires.',
    auth: 'user',
    rateLimit: 'api',
    responses: { 200: { description: 'The new token', body: TokenResponse } },
    audit: 'auth.refresh',
    access: { tables: { users: 'read', sessions: 'write' }, keys: ['sign:jwt', 'verify:jwt'] },
  }),
  logout: defineRoute({
    ...common,
    operationId: 'auth.logout',
    path: '/api/logout',
    summary: 'Logout',
    description: 'Revokes the token that the call is made with.',
    auth: 'user',
    rateLimit: 'api',
    responses: { 200: { description: 'Revoked', body: z.object({ success: z.literal(true) }) } },
    audit: 'auth.logout',
    access: { tables: { sessions: 'write' } },
  }),
  changePassword: defineRoute({
    ...common,
    ...hashing,
    operationId: 'auth.changePassword',
    alongsideAdmission: true,
    path: '/api/password',
    summary: 'Change the password',
    description: 'Revokes every token given out before; the API key stays as it is.',
    auth: 'user',
    rateLimit: 'auth',
    body: z.strictObject({ currentPassword: z.string().max(1024), newPassword: Password }),
    responses: { 200: { description: 'A token under the new password', body: TokenResponse } },
    errors: ['INVALID_CREDENTIALS', 'CONFLICT'],
    audit: 'auth.changePassword',
    access: { tables: { users: 'write', sessions: 'write' }, keys: ['sign:jwt', 'verify:jwt'] },
  }),
  rotateApiKey: defineRoute({
    ...common,
    ...hashing,
    operationId: 'auth.rotateApiKey',
    alongsideAdmission: true,
    path: '/api/apikey/rotate',
    summary: 'Replace the API key',
    description:
      'The old key is refused from then on. With the password, later logins return the new key too.',
    auth: 'user',
    rateLimit: 'auth',
    body: z.strictObject({ password: z.string().max(1024).optional() }),
    responses: { 200: { description: 'The new key, this once', body: z.object({ apiKey: z.string() }) } },
    errors: ['INVALID_CREDENTIALS', 'CONFLICT'],
    audit: 'auth.rotateApiKey',
    access: { tables: { users: 'write', credentials: 'write' } },
  }),
} as const;
