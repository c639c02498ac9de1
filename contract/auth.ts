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

const token = z.string().meta({ description: 'JWT (ES256), valid for one hour', example: 'eyJ…' });

const AuthResponse = z
  .object({
    token,
    apiKey: z.string().nullable().meta({
      description:
        'The API key. null only if it was last replaced by an administrator, or without the password.',
      example: 'pyapi_…',
    }),
    user: UserInfo,
  })
  .meta({ id: 'AuthResponse' });

const TokenResponse = z.object({ token, user: UserInfo });

const AuthRequest = z.strictObject({ email: Email, password: Password }).meta({ id: 'AuthRequest' });

/** Password hashing takes CPU: Argon2id with 64 MiB. */
const hashing = { memoryMiB: 1769 } as const;

const common = { tag: 'Auth', method: 'POST' } as const;

export const auth = {
  register: defineRoute({
    ...common,
    ...hashing,
    operationId: 'auth.register',
    path: '/api/register',
    summary: 'Register a new user',
    description: 'Available if registration is open, or if the installation allows the e-mail domain.',
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
    summary: 'Log in',
    description: 'An unknown e-mail address and a wrong password get the same response in the same time.',
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
    summary: 'Verify a token',
    description: 'Send the token in the Authorization header or in the body.',
    auth: 'none',
    rateLimit: 'api',
    body: z.strictObject({ token: z.string().max(8192).optional() }),
    responses: {
      200: {
        description: 'The token is valid',
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
    summary: 'Refresh a token',
    description:
      'Returns a new token for one that is still valid. The old token stays valid until it expires.',
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
    summary: 'Log out',
    description: 'Revokes the token that authenticates the request.',
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
    description: 'Revokes all earlier tokens. The API key does not change.',
    auth: 'user',
    rateLimit: 'auth',
    body: z.strictObject({ currentPassword: z.string().max(1024), newPassword: Password }),
    responses: { 200: { description: 'A new token', body: TokenResponse } },
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
      'The old key stops working immediately. If the password is sent, later logins return the new key too.',
    auth: 'user',
    rateLimit: 'auth',
    body: z.strictObject({ password: z.string().max(1024).optional() }),
    responses: {
      200: { description: 'The new API key; it is shown only once', body: z.object({ apiKey: z.string() }) },
    },
    errors: ['INVALID_CREDENTIALS', 'CONFLICT'],
    audit: 'auth.rotateApiKey',
    access: { tables: { users: 'write', credentials: 'write' } },
  }),
} as const;
