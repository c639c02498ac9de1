import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { Timestamp } from './schemas.ts';
import {
  derivesKek,
  PublicKeyB64,
  PublicKeyKyberB64,
  userSecretErrors,
  userSecretHeader,
} from './vault-schemas.ts';

export const PublicKeys = z
  .object({ publicKeyB64: PublicKeyB64, publicKeyKyberB64: PublicKeyKyberB64 })
  .meta({ id: 'PublicKeys' });

const { min, max } = limits.userSecretCharacters;

const common = { tag: 'Keys', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const keys = {
  generate: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'keys.generate',
    method: 'POST',
    path: '/v1/keys/generate',
    summary: 'Generate the caller’s key pairs',
    description:
      'Generates an X25519 and an ML-KEM-768 key pair. The private keys are stored encrypted under a key that Argon2id ' +
      `derives from the user secret, which has ${min} to ${max} characters.`,
    headers: userSecretHeader,
    responses: { 201: { description: 'The public keys', body: PublicKeys } },
    errors: ['INVALID_REQUEST', 'USER_SECRET_REQUIRED', 'KEYS_EXIST'],
    idempotent: true,
    audit: 'keys.generate',
    access: { tables: { keys: 'write' } },
  }),
  getStatus: defineRoute({
    ...common,
    operationId: 'keys.getStatus',
    method: 'GET',
    path: '/v1/keys/status',
    summary: 'Check whether the caller has key pairs',
    responses: {
      200: {
        description: 'Which key pairs exist',
        body: z.object({ hasEcc: z.boolean(), hasKyber: z.boolean() }),
      },
    },
    errors: ['TAMPERED'],
    access: { tables: { keys: 'read' } },
  }),
  rekey: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'keys.rekey',
    method: 'POST',
    path: '/v1/keys/rekey',
    summary: 'Change the user secret',
    description:
      'Re-encrypts the private keys under a new user secret, in one conditional write: before it the old secret works, ' +
      'after it the new one. Of two concurrent requests one is refused. The public keys, values and shares do not ' +
      'change. If a restore is pending and its veto period has passed, its temporary secret works like the old secret. ' +
      'A rekey removes any pending restore.',
    headers: {
      ...userSecretHeader,
      'X-New-User-Secret': `The new user secret, ${min} to ${max} characters`,
    },
    responses: {
      200: {
        description: 'The private keys are encrypted under the new secret',
        body: z.object({ rekeyed: z.literal(true), ...PublicKeys.shape, updatedUtc: Timestamp }),
      },
    },
    errors: ['KEYS_REQUIRED', 'RESTORE_TOO_EARLY', ...userSecretErrors],
    audit: 'keys.rekey',
    access: { tables: { keys: 'write', recovery: 'write', counters: 'write' } },
  }),
} as const;
