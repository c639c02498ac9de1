import * as z from 'zod';
import { Base64Text } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { FileId, fileMetadata, SizeBytes, sealedFile } from './files.ts';
import { nextCursorHeader, PageQuery } from './schemas.ts';
import {
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
      'Gives another user of the organization read access. The server wraps the file’s key to the recipient’s public ' +
      'keys. The content is neither copied nor re-encrypted.',
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
    description: 'Returns active shares only.',
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
    summary: 'List files shared with the caller',
    description: 'Returns active shares that the caller’s keys can decrypt.',
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
    summary: 'Read a shared file',
    description:
      'The owner sees the times of the first and the last access. Download a file that does not fit into a response in ' +
      'sealed form with GET /v1/files/shared/{shareId}/download.',
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
          contentB64: Base64Text,
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
    summary: 'Download a shared file in sealed form',
    description:
      'The client unwraps the key with the recipient’s private keys, and decrypts terms and content with the key. The ' +
      'owner sees the times of the first and the last access. The URL expires no later than the share.',
    params: share,
    responses: {
      200: {
        description: 'The sealed file',
        body: z.object({
          ...receivedShare,
          fileId: z.uuid(),
          wrappedCekB64: Base64Text,
          sealedTermsB64: Base64Text.meta({
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
    summary: 'Decline a share of a file',
    description: 'Removes the share on behalf of its recipient.',
    params: share,
    responses: { 200: { description: 'Removed', body: ShareRemoved } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'fileShares.decline',
    access: { tables: { files: 'write', shares: 'write' } },
  }),
} as const;
