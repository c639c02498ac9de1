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
    summary: 'Make the key pairs',
    description:
      'An X25519 and an ML-KEM-768 key pair. The private keys are stored encrypted under a key that Argon2id makes ' +
      `of the user secret, which has ${min} to ${max} characters.`,
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
    summary: 'Look whether there are key pairs',
    responses: {
      200: {
        description: 'Which of them are there',
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
    summary: 'Move the private keys to another user secret',
    description:
      'One conditional write: the old secret opens them until it is done, the new one from then on. Of two at once ' +
      'one is refused. The public keys stay, and so do all values and shares. Where a restore waits, its temporary ' +
      'secret is as good as the old one, once the time for a veto is over; a rekey by either leaves no restore behind.',
    headers: {
      ...userSecretHeader,
      'X-New-User-Secret': `The user secret from now on, ${min} to ${max} characters`,
    },
    responses: {
      200: {
        description: 'The keys are under the new secret',
        body: z.object({ rekeyed: z.literal(true), ...PublicKeys.shape, updatedUtc: Timestamp }),
      },
    },
    errors: ['KEYS_REQUIRED', 'RESTORE_TOO_EARLY', ...userSecretErrors],
    audit: 'keys.rekey',
    access: { tables: { keys: 'write', recovery: 'write', counters: 'write' } },
  }),
} as const;
