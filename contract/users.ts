import * as z from 'zod';
import { Base64Text } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { Id, PublicKeyB64, PublicKeyKyberB64 } from './vault-schemas.ts';

const publicKeys = {
  publicKeyB64: PublicKeyB64.nullable(),
  publicKeyKyberB64: PublicKeyKyberB64.nullable(),
} as const;

const Profile = z
  .object({ id: z.guid(), name: z.string().meta({ example: 'alice' }), ...publicKeys })
  .meta({ id: 'Profile' });

/** What a client needs, in addition to the encrypted private keys, to decrypt them itself. */
const Kdf = z
  .object({
    algorithm: z.literal('Argon2id'),
    memoryKiB: z.int(),
    passes: z.int(),
    lanes: z.int(),
    keyVersion: z.int().meta({ description: 'Incremented by each rekey; the private keys are bound to it' }),
    recordB64: Base64Text.meta({
      description: 'Suite, cost, salt and commitment, in their authenticated encoding',
    }),
  })
  .meta({ id: 'Kdf' });

const Me = z
  .object({
    id: z.guid(),
    orgId: z.string(),
    name: z.string().meta({ example: 'alice' }),
    email: z.string().nullable().meta({ example: 'alice@example.com' }),
    role: z.enum(['member', 'admin']),
    ...publicKeys,
    encryptedPrivateKeyB64: Base64Text.nullable(),
    encryptedPrivateKeyKyberB64: Base64Text.nullable(),
    kdf: Kdf.nullable(),
    createdUtc: Timestamp,
  })
  .meta({ id: 'Me', description: 'Keys are null until the caller has key pairs' });

const common = { tag: 'Users', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const users = {
  getMe: defineRoute({
    ...common,
    operationId: 'users.getMe',
    method: 'GET',
    path: '/v1/users/me',
    summary: 'Get the caller',
    description: 'Returns the caller’s profile, including the private keys encrypted under the user secret.',
    responses: { 200: { description: 'The caller', body: Me } },
    errors: ['TAMPERED'],
    access: { tables: { orgs: 'read', keys: 'read' } },
  }),
  listOrg: defineRoute({
    ...common,
    operationId: 'users.listOrg',
    method: 'GET',
    path: '/v1/users/org',
    summary: 'List the users of the organization',
    description: 'Returns names and public keys.',
    query: PageQuery,
    responses: {
      200: { description: 'A page of profiles', body: z.array(Profile), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { orgs: 'read', keys: 'read' } },
  }),
  get: defineRoute({
    ...common,
    operationId: 'users.get',
    method: 'GET',
    path: '/v1/users/org/{userId}',
    summary: 'Get a user of the organization',
    params: z.strictObject({ userId: Id }),
    responses: { 200: { description: 'Name and public keys', body: Profile } },
    errors: ['NOT_FOUND', 'TAMPERED'],
    access: { tables: { orgs: 'read', keys: 'read' } },
  }),
} as const;
