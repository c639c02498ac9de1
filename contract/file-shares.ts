import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { FileId, fileMetadata, SizeBytes, sealedFile } from './files.ts';
import { nextCursorHeader, PageQuery } from './schemas.ts';
import {
  Base64,
  derivesKek,
  Id,
  receivedShare,
  ShareCreated,
  ShareGrant,
  ShareRemoved,
  ShareRevoked,
  shareTerms,
  userSecretErrors,
  userSecretHeader,
} from './vault-schemas.ts';

const { shareId, ownerUserId, ownerName, updatedUtc, expiresUtc } = receivedShare;

const ReceivedFileShare = z
  .object({
    shareId,
    fileId: z.uuid(),
    ownerUserId,
    ownerName,
    ...fileMetadata,
    sizeBytes: SizeBytes,
    updatedUtc,
    expiresUtc,
  })
  .meta({ id: 'ReceivedFileShare' });

const file = z.strictObject({ id: FileId });
const share = z.strictObject({ shareId: Id });
const common = { tag: 'Shares', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const fileShares = {
  create: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'fileShares.create',
    method: 'POST',
    path: '/v1/files/{id}/shares',
    summary: 'Share a file',
    description:
      'With another user of the org, to read. The file’s key is wrapped to the recipient’s public keys; its content ' +
      'stays where it is, however large.',
    headers: userSecretHeader,
    params: file,
    body: z.strictObject(shareTerms).meta({ id: 'FileShareInput' }),
    responses: { 201: { description: 'Shared', body: ShareCreated } },
    errors: [
      'KEYS_REQUIRED',
      'RECIPIENT_KEYS_REQUIRED',
      'NOT_FOUND',
      'SHARE_EXISTS',
      'TOO_MANY_SHARES',
      ...userSecretErrors,
    ],
    idempotent: true,
    audit: 'fileShares.create',
    access: { tables: { files: 'write', shares: 'write', keys: 'read', orgs: 'read', counters: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'fileShares.list',
    method: 'GET',
    path: '/v1/files/{id}/shares',
    summary: 'List the shares of a file',
    description: 'Those that are active.',
    params: file,
    query: PageQuery,
    responses: {
      200: { description: 'A page of shares', body: z.array(ShareGrant), headers: nextCursorHeader },
    },
    errors: ['NOT_FOUND', 'INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { files: 'read', shares: 'read' } },
  }),
  revoke: defineRoute({
    ...common,
    operationId: 'fileShares.revoke',
    method: 'DELETE',
    path: '/v1/files/{id}/shares/{recipientUserId}',
    summary: 'Revoke a share of a file',
    params: z.strictObject({ id: FileId, recipientUserId: Id }),
    responses: { 200: { description: 'Revoked', body: ShareRevoked } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'fileShares.revoke',
    access: { tables: { files: 'write', shares: 'write' } },
  }),
  listReceived: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'fileShares.listReceived',
    method: 'GET',
    path: '/v1/files/shared',
    summary: 'List the files that others share with the caller',
    description: 'Those that are active and that the caller’s keys still open.',
    headers: userSecretHeader,
    query: PageQuery,
    responses: {
      200: { description: 'A page of shares', body: z.array(ReceivedFileShare), headers: nextCursorHeader },
    },
    errors: ['KEYS_REQUIRED', 'INVALID_CURSOR', ...userSecretErrors],
    audit: 'fileShares.listReceived',
    access: { tables: { shares: 'read', files: 'read', keys: 'read', counters: 'write' } },
  }),
  get: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'fileShares.get',
    method: 'GET',
    path: '/v1/files/shared/{shareId}',
    summary: 'Read a file that another user shares',
    description:
      'Its owner sees when it was read first and last. A file that an answer cannot hold is downloaded as it is ' +
      'stored, by GET /v1/files/shared/{shareId}/download.',
    headers: userSecretHeader,
    params: share,
    responses: {
      200: {
        description: 'The file',
        body: z.object({
          shareId,
          fileId: z.uuid(),
          ownerUserId,
          ...fileMetadata,
          contentB64: Base64,
          expiresUtc,
        }),
      },
    },
    errors: ['KEYS_REQUIRED', 'NOT_FOUND', 'SHARE_NOT_DECRYPTABLE', 'FILE_TOO_LARGE', ...userSecretErrors],
    audit: 'fileShares.get',
    access: {
      tables: { shares: 'write', files: 'read', keys: 'read', counters: 'write' },
      objects: 'read',
    },
  }),
  download: defineRoute({
    ...common,
    operationId: 'fileShares.download',
    method: 'GET',
    path: '/v1/files/shared/{shareId}/download',
    summary: 'Download a file that another user shares, as it is stored',
    description:
      'The client opens it: the key with the recipient’s private keys, the terms and the content with the key. Its ' +
      'owner sees when it was asked for first and last. The URL expires with the share, if not before.',
    params: share,
    responses: {
      200: {
        description: 'The file, sealed',
        body: z.object({
          ...receivedShare,
          fileId: z.uuid(),
          wrappedCekB64: Base64,
          sealedTermsB64: Base64.meta({
            description: 'Permission, owner’s name and expiry, sealed under the file’s key',
          }),
          ...sealedFile,
        }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'fileShares.download',
    access: { tables: { shares: 'write', files: 'read' }, objects: 'read' },
  }),
  decline: defineRoute({
    ...common,
    operationId: 'fileShares.decline',
    method: 'DELETE',
    path: '/v1/files/shared/{shareId}',
    summary: 'Give a share of a file up',
    description: 'By its recipient.',
    params: share,
    responses: { 200: { description: 'Removed', body: ShareRemoved } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'fileShares.decline',
    access: { tables: { files: 'write', shares: 'write' } },
  }),
} as const;
