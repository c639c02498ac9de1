import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { FileId, sealedFileInfo } from './files.ts';
import { PublicKeys } from './keys.ts';
import { KvWritten } from './kv.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import {
  Base64,
  base64Bytes,
  Id,
  KeyName,
  NewId,
  receivedShare,
  ShareCreated,
  shareTerms,
} from './vault-schemas.ts';

const field = base64Bytes(limits.sealedFieldBytes);

const wrapped = 'The key, wrapped';
const Version = z.int().min(1).meta({ description: 'Counted up by each write of the value' });
const sealedTerms = 'Permission, owner’s name, expiry and alias, sealed under the key';

const Rewrapped = z
  .strictObject({
    shareId: Id,
    wrappedCekB64: field.meta({ description: `${wrapped} to the recipient of this share` }),
  })
  .meta({ id: 'RewrappedShare' });

/** What a client has made of a new share. */
const newShare = {
  ...shareTerms,
  shareId: NewId.meta({ description: 'The terms are sealed for this id' }),
  wrappedCekB64: field.meta({ description: `${wrapped} to the recipient` }),
  sealedTermsB64: field.meta({ description: sealedTerms }),
} as const;

/** What the recipient of a share of a value opens its terms with. */
const receivedValue = {
  ...receivedShare,
  key: z.string().meta({ description: 'The owner’s name of the value, which its key is bound to' }),
  termsVersion: Version.meta({ description: 'Of the value when the share was made' }),
  termsWrappedCekB64: Base64.meta({ description: `${wrapped} to the recipient, of that version` }),
  sealedTermsB64: Base64.meta({ description: sealedTerms }),
} as const;

const proofBytes = base64Bytes(32)
  .refine(({ length }) => length === 32, { error: 'must be 32 bytes' })
  .meta({ example: 'c3Ryb25ncm9vbSBzdHJvbmdyb29tIHN0cm9uZ3Jvb20=' });

/** What a client has made of private keys and a user secret. */
const privateKeys = {
  kekRecordB64: field.meta({ description: 'Suite, cost and salt of the KEK, its commitment, and a check' }),
  encryptedPrivateKeyB64: field.meta({ description: 'X25519, under the KEK' }),
  encryptedPrivateKeyKyberB64: field.meta({ description: 'ML-KEM-768, under the KEK' }),
  rekeyVerifierB64: proofBytes.meta({ description: 'Of the proof that a later rekey will bring' }),
} as const;

const value = z.strictObject({ key: KeyName });
const file = z.strictObject({ id: FileId });
const sharingErrors = [
  'KEYS_REQUIRED',
  'RECIPIENT_KEYS_REQUIRED',
  'NOT_FOUND',
  'SHARE_EXISTS',
  'TOO_MANY_SHARES',
  'TAMPERED',
  'CONFLICT',
] as const;
const common = { tag: 'Sealed', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const sealed = {
  createKeys: defineRoute({
    ...common,
    operationId: 'sealed.createKeys',
    method: 'POST',
    path: '/v1/sealed/keys',
    summary: 'Store key pairs that the client has made',
    description: 'The private keys encrypted under a key that the client has derived of the user secret.',
    body: z
      .strictObject({ publicKeyB64: field, publicKeyKyberB64: field, ...privateKeys })
      .meta({ id: 'SealedKeysInput' }),
    responses: { 201: { description: 'The public keys', body: PublicKeys } },
    errors: ['KEYS_EXIST'],
    idempotent: true,
    audit: 'sealed.createKeys',
    access: { tables: { keys: 'write' } },
  }),
  rekey: defineRoute({
    ...common,
    operationId: 'sealed.rekey',
    method: 'POST',
    path: '/v1/sealed/keys/rekey',
    summary: 'Replace the private keys by the same ones under another user secret',
    description:
      'On a proof: of the user secret before, or that the keys in the restore that waits belong to the public ones, ' +
      'once the time for a veto is over. One conditional write; no restore is left behind.',
    body: z
      .strictObject({
        keyVersion: z
          .int()
          .min(2)
          .meta({ description: 'One more than the present one, which is in GET /v1/users/me' }),
        proofB64: proofBytes,
        ...privateKeys,
      })
      .meta({ id: 'SealedRekeyInput' }),
    responses: {
      200: {
        description: 'The keys are under the new secret',
        body: z.object({ rekeyed: z.literal(true), ...PublicKeys.shape, updatedUtc: Timestamp }),
      },
    },
    errors: ['KEYS_REQUIRED', 'WRONG_USER_SECRET', 'RESTORE_TOO_EARLY', 'TAMPERED', 'CONFLICT'],
    audit: 'sealed.rekey',
    access: { tables: { keys: 'write', recovery: 'write', counters: 'write' } },
  }),
  getValue: defineRoute({
    ...common,
    operationId: 'sealed.getValue',
    method: 'GET',
    path: '/v1/sealed/kv/{key}',
    summary: 'Read a value as it is stored',
    description: 'The client opens it: the key with the private keys, the value with the key.',
    params: value,
    responses: {
      200: {
        description: 'The value, sealed',
        body: z
          .object({ version: Version, wrappedCekB64: Base64, envelopeB64: Base64, updatedUtc: Timestamp })
          .meta({ id: 'SealedValue' }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'sealed.getValue',
    access: { tables: { kv: 'read' }, objects: 'read' },
  }),
  putValue: defineRoute({
    ...common,
    operationId: 'sealed.putValue',
    method: 'PUT',
    path: '/v1/sealed/kv/{key}',
    summary: 'Store a value that the client has sealed',
    description:
      'As the version after the present one, 1 where there is none. Its key is wrapped to the caller, and once to the ' +
      'recipient of each active share. Where the version or the set of shares is another one, it is 409: read, seal ' +
      'and send anew.',
    params: value,
    body: z
      .strictObject({
        version: Version,
        wrappedCekB64: field.meta({ description: `${wrapped} to the caller` }),
        envelopeB64: base64Bytes(limits.sealedValueBytes).meta({
          description: 'The value, sealed under the key',
        }),
        shares: z.array(Rewrapped).max(2 * limits.sharesPerRecord),
      })
      .meta({ id: 'SealedValueInput' }),
    responses: {
      200: { description: 'Replaced', body: KvWritten },
      201: { description: 'Created', body: KvWritten },
    },
    errors: ['KEYS_REQUIRED', 'PLAN_LIMIT_REACHED', 'TAMPERED', 'CONFLICT'],
    audit: 'sealed.putValue',
    access: {
      tables: { kv: 'write', shares: 'write', orgs: 'write', keys: 'read', vaultObjects: 'write' },
      objects: 'write',
    },
  }),
  shareValue: defineRoute({
    ...common,
    operationId: 'sealed.shareValue',
    method: 'POST',
    path: '/v1/sealed/kv/{key}/shares',
    summary: 'Share a value by a key that the client has wrapped',
    description:
      'With another user of the org, to read. Where the value has another version by now, it is 409.',
    params: value,
    body: z.strictObject({ ...newShare, version: Version }).meta({ id: 'SealedKvShareInput' }),
    responses: { 201: { description: 'Shared', body: ShareCreated } },
    errors: sharingErrors,
    idempotent: true,
    audit: 'sealed.shareValue',
    access: { tables: { kv: 'write', shares: 'write', keys: 'read', orgs: 'read' } },
  }),
  listReceivedValues: defineRoute({
    ...common,
    operationId: 'sealed.listReceivedValues',
    method: 'GET',
    path: '/v1/sealed/kv/shared',
    summary: 'List the values that others share with the caller, with what opens their terms',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of active shares',
        body: z.array(z.object(receivedValue).meta({ id: 'SealedReceivedValue' })),
        headers: nextCursorHeader,
      },
    },
    errors: ['INVALID_CURSOR'],
    audit: 'sealed.listReceivedValues',
    access: { tables: { shares: 'read' } },
  }),
  getSharedValue: defineRoute({
    ...common,
    operationId: 'sealed.getSharedValue',
    method: 'GET',
    path: '/v1/sealed/kv/shared/{shareId}',
    summary: 'Read a value that another user shares, as it is stored',
    description: 'The client opens it, and the terms. Its owner sees when it was read first and last.',
    params: z.strictObject({ shareId: Id }),
    responses: {
      200: {
        description: 'The value, sealed',
        body: z
          .object({ ...receivedValue, version: Version, wrappedCekB64: Base64, envelopeB64: Base64 })
          .meta({ id: 'SealedSharedValue' }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'sealed.getSharedValue',
    access: { tables: { shares: 'write', kv: 'read' }, objects: 'read' },
  }),
  listFiles: defineRoute({
    ...common,
    operationId: 'sealed.listFiles',
    method: 'GET',
    path: '/v1/sealed/files',
    summary: 'List own files as they are stored',
    description:
      'The oldest first. The client opens names and types; GET /v1/files/{id}/download has the content.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of files',
        body: z.array(
          z
            .object({ id: z.uuid(), wrappedCekB64: Base64, ...sealedFileInfo, updatedUtc: Timestamp })
            .meta({ id: 'SealedFile' }),
        ),
        headers: nextCursorHeader,
      },
    },
    errors: ['INVALID_CURSOR'],
    audit: 'sealed.listFiles',
    access: { tables: { files: 'read' } },
  }),
  shareFile: defineRoute({
    ...common,
    operationId: 'sealed.shareFile',
    method: 'POST',
    path: '/v1/sealed/files/{id}/shares',
    summary: 'Share a file by a key that the client has wrapped',
    description: 'With another user of the org, to read. The content stays where it is.',
    params: file,
    body: z.strictObject(newShare).meta({ id: 'SealedFileShareInput' }),
    responses: { 201: { description: 'Shared', body: ShareCreated } },
    errors: sharingErrors,
    idempotent: true,
    audit: 'sealed.shareFile',
    access: { tables: { files: 'write', shares: 'write', keys: 'read', orgs: 'read' } },
  }),
  listReceivedFiles: defineRoute({
    ...common,
    operationId: 'sealed.listReceivedFiles',
    method: 'GET',
    path: '/v1/sealed/files/shared',
    summary: 'List the files that others share with the caller, as they are stored',
    description:
      'The client opens terms and metadata; GET /v1/files/shared/{shareId}/download has the content.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of active shares',
        body: z.array(
          z
            .object({
              ...receivedShare,
              fileId: z.uuid(),
              wrappedCekB64: Base64,
              sealedTermsB64: Base64.meta({ description: sealedTerms }),
              ...sealedFileInfo,
            })
            .meta({ id: 'SealedReceivedFile' }),
        ),
        headers: nextCursorHeader,
      },
    },
    errors: ['INVALID_CURSOR'],
    audit: 'sealed.listReceivedFiles',
    access: { tables: { shares: 'read', files: 'read' } },
  }),
} as const;
