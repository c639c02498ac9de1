import * as z from 'zod';
import { Base64Text, base64Bytes } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';
import { Id } from './vault-schemas.ts';

const mask = {
  xorApplied: z.boolean().meta({
    description: 'Whether the shares are also masked with something that only the owner remembers',
  }),
  xorSaltHint: text(limits.recoveryHintBytes)
    .nullish()
    .meta({ description: 'A hint at the mask, stored in plaintext', example: 'dog-name' }),
} as const;

const masked = { xorApplied: z.boolean(), xorSaltHint: z.string().nullable() } as const;
const times = { createdUtc: Timestamp, updatedUtc: Timestamp } as const;
const name = z.string().meta({ example: 'alice' });

const Trustee = z
  .object({ trusteeUserId: z.guid(), trusteeName: name, ...masked, ...times })
  .meta({ id: 'Trustee' });

const RecoveryOwner = z
  .object({ ownerUserId: z.guid(), ownerName: name, ...masked, ...times })
  .meta({ id: 'RecoveryOwner' });

const share = base64Bytes(limits.recoveryShareBytes).refine((bytes) => bytes.length > 0, {
  error: 'must not be empty',
});

const common = { tag: 'Recovery', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;
const trustee = {
  path: '/v1/recovery/trustees/{trusteeUserId}',
  params: z.strictObject({ trusteeUserId: Id }),
} as const;
const pending = '/v1/recovery/restore';

export const recovery = {
  putTrustee: defineRoute({
    ...common,
    ...trustee,
    operationId: 'recovery.putTrustee',
    method: 'PUT',
    summary: 'Give a trustee a recovery share',
    description:
      'The trustee is another user of the organization who has key pairs. The client computes the shares and seals them ' +
      'to the trustee’s public keys; the server cannot open them.',
    body: z
      .strictObject({
        encryptedPrivateKeyEccShareB64: share,
        encryptedPrivateKeyKyberShareB64: share,
        ...mask,
      })
      .meta({ id: 'TrusteeInput' }),
    responses: {
      200: { description: 'Replaced', body: Trustee },
      201: { description: 'Created', body: Trustee },
    },
    errors: [
      'KEYS_REQUIRED',
      'RECIPIENT_KEYS_REQUIRED',
      'NOT_FOUND',
      'TOO_MANY_TRUSTEES',
      'TAMPERED',
      'CONFLICT',
    ],
    audit: 'recovery.putTrustee',
    access: { tables: { recovery: 'write', keys: 'read', orgs: 'read' } },
  }),
  listTrustees: defineRoute({
    ...common,
    operationId: 'recovery.listTrustees',
    method: 'GET',
    path: '/v1/recovery/trustees',
    summary: 'List the caller’s trustees',
    query: PageQuery,
    responses: {
      200: { description: 'A page of trustees', body: z.array(Trustee), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { recovery: 'read' } },
  }),
  deleteTrustee: defineRoute({
    ...common,
    ...trustee,
    operationId: 'recovery.deleteTrustee',
    method: 'DELETE',
    summary: 'Remove a trustee',
    description:
      'Deletes the trustee’s share, and a pending restore by this trustee. It does not undo what the trustee has ' +
      'already read.',
    responses: {
      200: {
        description: 'Deleted',
        body: z.object({ deleted: z.literal(true), trusteeUserId: z.string() }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'recovery.deleteTrustee',
    access: { tables: { recovery: 'write' } },
  }),
  listOwners: defineRoute({
    ...common,
    operationId: 'recovery.listOwners',
    method: 'GET',
    path: '/v1/recovery/shares',
    summary: 'List the owners whose trustee the caller is',
    query: PageQuery,
    responses: {
      200: { description: 'A page of owners', body: z.array(RecoveryOwner), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { recovery: 'read' } },
  }),
  getShare: defineRoute({
    ...common,
    operationId: 'recovery.getShare',
    method: 'GET',
    path: '/v1/recovery/shares/{ownerUserId}',
    summary: 'Get an owner’s recovery share',
    description: 'Returns the share as it is stored: sealed to the caller’s public keys.',
    params: z.strictObject({ ownerUserId: Id }),
    responses: {
      200: {
        description: 'The share',
        body: z
          .object({
            ...RecoveryOwner.shape,
            encryptedPrivateKeyEccShareB64: Base64Text,
            encryptedPrivateKeyKyberShareB64: Base64Text,
          })
          .meta({ id: 'RecoveryShare' }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'recovery.getShare',
    access: { tables: { recovery: 'read' } },
  }),
  restore: defineRoute({
    ...common,
    operationId: 'recovery.restore',
    method: 'POST',
    path: '/v1/recovery/restore/{ownerUserId}',
    summary: 'Restore an owner’s private keys',
    description:
      'For a trustee of the owner. The client rebuilds the private keys and encrypts them under a temporary secret. They ' +
      'are stored separately, and the live keys do not change, until the owner rekeys: the rekey decrypts the restored ' +
      'keys with the temporary secret and checks that they match the public keys. Before that the owner can see the ' +
      'restore, and has time to veto it.',
    params: z.strictObject({ ownerUserId: Id }),
    body: z
      .strictObject({
        encryptedPrivateKeyEccB64: share,
        encryptedPrivateKeyKyberB64: share,
        usedXor: mask.xorApplied,
        xorSaltHint: mask.xorSaltHint,
      })
      .meta({ id: 'RestoreInput' }),
    responses: {
      200: {
        description: 'The restore is pending until the owner rekeys',
        body: z.object({ requiresRekey: z.literal(true) }),
      },
    },
    errors: ['NOT_FOUND', 'RESTORE_PENDING', 'TAMPERED'],
    idempotent: true,
    audit: 'recovery.restore',
    access: { tables: { recovery: 'write', keys: 'read' } },
  }),
  getPendingRestore: defineRoute({
    ...common,
    operationId: 'recovery.getPendingRestore',
    method: 'GET',
    path: pending,
    summary: 'Get the pending restore of the caller’s keys',
    responses: {
      200: {
        description:
          'The restore, with its trustee, the time from which a rekey can use it, and the encrypted keys; null if none is pending',
        body: z.object({
          restore: z
            .object({
              restoreId: z.uuid(),
              trusteeUserId: z.guid(),
              trusteeName: name,
              usedXor: z.boolean(),
              xorSaltHint: z.string().nullable(),
              createdUtc: Timestamp,
              availableUtc: Timestamp,
              encryptedPrivateKeyEccB64: Base64Text.meta({
                description: 'Encrypted under the temporary secret',
              }),
              encryptedPrivateKeyKyberB64: Base64Text.meta({
                description: 'Encrypted under the temporary secret',
              }),
              challengeB64: Base64Text.meta({
                description: 'Wrapped to the public keys; its content proves that a rekey uses this restore',
              }),
            })
            .nullable()
            .meta({ id: 'PendingRestore' }),
        }),
      },
    },
    errors: ['TAMPERED'],
    access: { tables: { recovery: 'read' } },
  }),
  vetoRestore: defineRoute({
    ...common,
    operationId: 'recovery.vetoRestore',
    method: 'DELETE',
    path: pending,
    summary: 'Veto a restore of the caller’s keys',
    responses: {
      200: { description: 'The restore was removed', body: z.object({ vetoed: z.literal(true) }) },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'recovery.vetoRestore',
    access: { tables: { recovery: 'write' } },
  }),
} as const;
