import * as z from 'zod';
import { Base64Text, base64Bytes } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { FileId, sealedFileInfo } from './files.ts';
import { PublicKeys } from './keys.ts';
import { KvWritten } from './kv.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { Id, KeyName, NewId, receivedShare, ShareCreated, shareTerms } from './vault-schemas.ts';

const field = base64Bytes(limits.sealedFieldBytes);

const Version = z.int().min(1).meta({ description: 'Incremented by each write of the value' });
const sealedTerms = 'Permission, owner’s name, expiry and alias, sealed under the key';

const Rewrapped = z
  .strictObject({
    shareId: Id,
    wrappedCekB64: field.meta({ description: 'The key, wrapped to the recipient of this share' }),
  })
  .meta({ id: 'RewrappedShare' });

/** A new share as the client sealed it. */
const newShare = {
  ...shareTerms,
  shareId: NewId.meta({ description: 'The sealed terms are bound to this id' }),
  wrappedCekB64: field.meta({ description: 'The key, wrapped to the recipient' }),
  sealedTermsB64: field.meta({ description: sealedTerms }),
} as const;

/** What the recipient of a shared value needs to decrypt its terms. */
const receivedValue = {
  ...receivedShare,
  key: z.string().meta({ description: 'The owner’s name for the value, which the wrapped key is bound to' }),
  termsVersion: Version.meta({ description: 'Version of the value when the share was created' }),
  termsWrappedCekB64: Base64Text.meta({ description: 'The key of that version, wrapped to the recipient' }),
  sealedTermsB64: Base64Text.meta({ description: sealedTerms }),
} as const;

const proofBytes = base64Bytes(32)
  .refine(({ length }) => length === 32, { error: 'must be 32 bytes' })
  .meta({ example: 'c3Ryb25ncm9vbSBzdHJvbmdyb29tIHN0cm9uZ3Jvb20=' });

/** Private keys as the client encrypted them under a user secret. */
const privateKeys = {
  kekRecordB64: field.meta({
    description: 'Suite, cost and salt of the KEK, its commitment, and a check value',
  }),
  encryptedPrivateKeyB64: field.meta({ description: 'X25519 private key, encrypted under the KEK' }),
  encryptedPrivateKeyKyberB64: field.meta({ description: 'ML-KEM-768 private key, encrypted under the KEK' }),
  rekeyVerifierB64: proofBytes.meta({ description: 'Verifies the proof that a later rekey sends' }),
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
    summary: 'Store key pairs created by the client',
    description: 'The client encrypts the private keys under a key that it derives from the user secret.',
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
    summary: 'Replace the encrypted private keys',
    description:
      'The client re-encrypts the same private keys under a new user secret. It proves that it knows the previous user ' +
      'secret, or, after the veto period, that the keys of the pending restore match the public keys. The rekey is one ' +
      'conditional write, and removes any pending restore.',
    body: z
      .strictObject({
        keyVersion: z
          .int()
          .min(2)
          .meta({ description: 'One more than the current version, which GET /v1/users/me returns' }),
        proofB64: proofBytes,
        ...privateKeys,
      })
      .meta({ id: 'SealedRekeyInput' }),
    responses: {
      200: {
        description: 'The private keys are encrypted under the new secret',
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
    summary: 'Read a sealed value',
    description: 'The client unwraps the key with its private keys, and decrypts the value with the key.',
    params: value,
    responses: {
      200: {
        description: 'The sealed value',
        body: z
          .object({
            version: Version,
            wrappedCekB64: Base64Text,
            envelopeB64: Base64Text,
            updatedUtc: Timestamp,
          })
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
    summary: 'Store a sealed value',
    description:
      'Send the version after the current one, or 1 for a new value, with the key wrapped to the caller and to the ' +
      'recipient of each active share. If the version or the set of shares has changed, the response is 409: read the ' +
      'value, seal it again and retry.',
    params: value,
    body: z
      .strictObject({
        version: Version,
        wrappedCekB64: field.meta({ description: 'The key, wrapped to the caller' }),
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
    summary: 'Share a sealed value',
    description:
      'Gives another user of the organization read access, with the key that the client wrapped to that user. If the ' +
      'version of the value has changed, the response is 409.',
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
    summary: 'List sealed values shared with the caller',
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
    summary: 'Read a shared value in sealed form',
    description:
      'The client decrypts the value and the terms. The owner sees the times of the first and the last access.',
    params: z.strictObject({ shareId: Id }),
    responses: {
      200: {
        description: 'The sealed value',
        body: z
          .object({ ...receivedValue, version: Version, wrappedCekB64: Base64Text, envelopeB64: Base64Text })
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
    summary: 'List the caller’s files in sealed form',
    description:
      'Returns files oldest first. The client decrypts the metadata; get the content with GET /v1/files/{id}/download.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of files',
        body: z.array(
          z
            .object({ id: z.uuid(), wrappedCekB64: Base64Text, ...sealedFileInfo, updatedUtc: Timestamp })
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
    summary: 'Share a sealed file',
    description:
      'Gives another user of the organization read access, with the key that the client wrapped to that user. The content is not copied.',
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
    summary: 'List sealed files shared with the caller',
    description:
      'The client decrypts terms and metadata; get the content with GET /v1/files/shared/{shareId}/download.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of active shares',
        body: z.array(
          z
            .object({
              ...receivedShare,
              fileId: z.uuid(),
              wrappedCekB64: Base64Text,
              sealedTermsB64: Base64Text.meta({ description: sealedTerms }),
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
