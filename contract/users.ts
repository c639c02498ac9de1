import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { Base64, Id, PublicKeyB64, PublicKeyKyberB64 } from './vault-schemas.ts';

const publicKeys = {
  publicKeyB64: PublicKeyB64.nullable(),
  publicKeyKyberB64: PublicKeyKyberB64.nullable(),
} as const;

const Profile = z
  .object({ id: z.guid(), name: z.string().meta({ example: 'alice' }), ...publicKeys })
  .meta({ id: 'Profile' });

/** What a client needs to open the private keys by itself, beside them. */
const Kdf = z
  .object({
    algorithm: z.literal('Argon2id'),
    memoryKiB: z.int(),
    passes: z.int(),
    lanes: z.int(),
    keyVersion: z.int().meta({ description: 'Counted up by each rekey; the private keys are bound to it' }),
    recordB64: Base64.meta({ description: 'Suite, cost, salt and commitment, as they are authenticated' }),
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
    encryptedPrivateKeyB64: Base64.nullable(),
    encryptedPrivateKeyKyberB64: Base64.nullable(),
    kdf: Kdf.nullable(),
    createdUtc: Timestamp,
  })
  .meta({ id: 'Me', description: 'Keys are null for as long as there are none' });

const common = { tag: 'Users', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const users = {
  getMe: defineRoute({
    ...common,
    operationId: 'users.getMe',
    method: 'GET',
    path: '/v1/users/me',
    summary: 'Get the caller',
    description: 'With the private keys as they are stored: encrypted under the user secret.',
    responses: { 200: { description: 'The caller', body: Me } },
    errors: ['TAMPERED'],
    access: { tables: { orgs: 'read', keys: 'read' } },
  }),
  listOrg: defineRoute({
    ...common,
    operationId: 'users.listOrg',
    method: 'GET',
    path: '/v1/users/org',
    summary: 'List the users of the org',
    description: 'Names and public keys.',
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
    summary: 'Get a user of the org',
    params: z.strictObject({ userId: Id }),
    responses: { 200: { description: 'Name and public keys', body: Profile } },
    errors: ['NOT_FOUND', 'TAMPERED'],
    access: { tables: { orgs: 'read', keys: 'read' } },
  }),
} as const;
