import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';
import { Base64, base64Bytes, Id } from './vault-schemas.ts';

const mask = {
  xorApplied: z.boolean().meta({
    description: 'Whether the shares are masked too, by something that only the owner remembers',
  }),
  xorSaltHint: text(limits.recoveryHintBytes)
    .nullish()
    .meta({ description: 'A hint at it, in the clear', example: 'dog-name' }),
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
    summary: 'Give a trustee a share of the private keys',
    description:
      'The shares are made and sealed to the trustee’s public keys by the client; nothing here can open them. Another ' +
      'user of the org, who has keys.',
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
    responses: { 200: { description: 'A page', body: z.array(Trustee), headers: nextCursorHeader } },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { recovery: 'read' } },
  }),
  deleteTrustee: defineRoute({
    ...common,
    ...trustee,
    operationId: 'recovery.deleteTrustee',
    method: 'DELETE',
    summary: 'Take a trustee’s share back',
    description:
      'And the restore that waits from them, if any. What the trustee has already read stays read.',
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
    summary: 'List the users whose trustee the caller is',
    query: PageQuery,
    responses: { 200: { description: 'A page', body: z.array(RecoveryOwner), headers: nextCursorHeader } },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { recovery: 'read' } },
  }),
  getShare: defineRoute({
    ...common,
    operationId: 'recovery.getShare',
    method: 'GET',
    path: '/v1/recovery/shares/{ownerUserId}',
    summary: 'Get the share that an owner gave the caller',
    description: 'As it is stored: sealed to the caller’s public keys.',
    params: z.strictObject({ ownerUserId: Id }),
    responses: {
      200: {
        description: 'The share',
        body: z
          .object({
            ...RecoveryOwner.shape,
            encryptedPrivateKeyEccShareB64: Base64,
            encryptedPrivateKeyKyberShareB64: Base64,
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
    summary: 'Bring an owner’s private keys back',
    description:
      'By one of their trustees: the private keys, rebuilt and encrypted under a temporary secret by the client. They ' +
      'lie beside the live ones, which stay as they are, until the owner’s next rekey opens them with the temporary ' +
      'secret and finds that they belong to the public keys. Before that the owner sees them and has a while to veto.',
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
      200: { description: 'It waits for a rekey', body: z.object({ requiresRekey: z.literal(true) }) },
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
    summary: 'Look whether a restore of the caller’s keys waits',
    responses: {
      200: {
        description: 'Who brought it, from when on a rekey may use it, and what a client opens by itself',
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
              encryptedPrivateKeyEccB64: Base64.meta({ description: 'Under the temporary secret' }),
              encryptedPrivateKeyKyberB64: Base64.meta({ description: 'Under the temporary secret' }),
              challengeB64: Base64.meta({
                description: 'Wrapped to the public keys: what is in it proves a rekey by this restore',
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
    responses: { 200: { description: 'It is gone', body: z.object({ vetoed: z.literal(true) }) } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'recovery.vetoRestore',
    access: { tables: { recovery: 'write' } },
  }),
} as const;
