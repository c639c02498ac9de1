import * as z from 'zod';
import { Base64Text, base64Bytes } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';
import { derivesKek, Id, userSecretErrors, userSecretHeader } from './vault-schemas.ts';

const control = /\p{Cc}/u;
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[ -~]*)?$/;

const FileName = text(limits.fileNameBytes)
  .refine((name) => name !== '', { error: 'must not be empty' })
  .refine((name) => !control.test(name), { error: 'must not contain control characters' })
  .meta({ example: 'snapshot.json', description: 'A name, not a path' });

const ContentType = z
  .string()
  .max(limits.contentTypeCharacters)
  .regex(mediaType, { error: 'must be a media type, such as application/json' })
  .meta({ example: 'application/json' });

/** Metadata of a file, as its owner and its recipients read it. */
export const fileMetadata = {
  fileName: z.string().meta({ example: 'snapshot.json' }),
  contentType: z.string().meta({ example: 'application/json' }),
} as const;

/** Plaintext size in bytes. */
export const SizeBytes = z.int().min(0).meta({ description: 'Plaintext size in bytes', example: 123 });

export const FileId = Id.meta({ description: 'Id of a file' });

const FileInfo = z
  .object({ id: z.uuid(), ...fileMetadata, sizeBytes: SizeBytes, updatedUtc: Timestamp })
  .meta({ id: 'FileInfo' });

export const SealedSizeBytes = z
  .int()
  .min(1)
  .meta({ description: 'Size of the sealed content in bytes', example: 8_389_330 });

/** A stored file without its content. The client decrypts it. */
export const sealedFileInfo = {
  sealedMetadataB64: Base64Text.meta({
    description: 'Name, content type and size, sealed under the file’s key',
  }),
  sealedSizeBytes: SealedSizeBytes,
} as const;

/** A stored file and the URL of its content. The client decrypts both. */
export const sealedFile = {
  ...sealedFileInfo,
  url: z
    .string()
    .meta({ description: 'Signed URL of the sealed content. It needs no credentials and supports Range' }),
  urlExpiresUtc: Timestamp,
} as const;

const params = z.strictObject({ id: FileId });
const common = { tag: 'Files', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const files = {
  create: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'files.create',
    method: 'POST',
    path: '/v1/files',
    summary: 'Store a file',
    description:
      'The server encrypts name, content type and content under a new random key, and wraps the key to the caller’s ' +
      'public keys. A file is immutable: to store new content, create a new file.',
    headers: userSecretHeader,
    body: z
      .strictObject({
        fileName: FileName,
        contentB64: base64Bytes(limits.inlineFileBytes),
        contentType: ContentType.default('application/octet-stream'),
      })
      .meta({ id: 'FileInput' }),
    responses: { 201: { description: 'Stored', body: FileInfo } },
    errors: ['KEYS_REQUIRED', 'STORAGE_NOT_CONFIGURED', 'PLAN_LIMIT_REACHED', ...userSecretErrors],
    idempotent: true,
    audit: 'files.create',
    access: {
      tables: { files: 'write', orgs: 'write', keys: 'read', vaultObjects: 'write', counters: 'write' },
      objects: 'write',
    },
  }),
  list: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'files.list',
    method: 'GET',
    path: '/v1/files',
    summary: 'List the caller’s files',
    description: 'Returns the files that the caller’s keys can decrypt, oldest first.',
    headers: userSecretHeader,
    query: PageQuery,
    responses: {
      200: { description: 'A page of files', body: z.array(FileInfo), headers: nextCursorHeader },
    },
    errors: ['KEYS_REQUIRED', 'INVALID_CURSOR', ...userSecretErrors],
    audit: 'files.list',
    access: { tables: { files: 'read', keys: 'read', counters: 'write' } },
  }),
  get: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'files.get',
    method: 'GET',
    path: '/v1/files/{id}',
    summary: 'Read a file',
    description:
      'Returns a file that fits into a response. Download a larger one in sealed form with GET /v1/files/{id}/download ' +
      'and decrypt it on the client.',
    headers: userSecretHeader,
    params,
    responses: {
      200: { description: 'The file', body: z.object({ ...fileMetadata, contentB64: Base64Text }) },
    },
    errors: ['KEYS_REQUIRED', 'NOT_FOUND', 'FILE_TOO_LARGE', ...userSecretErrors],
    audit: 'files.get',
    access: { tables: { files: 'read', keys: 'read', counters: 'write' }, objects: 'read' },
  }),
  download: defineRoute({
    ...common,
    operationId: 'files.download',
    method: 'GET',
    path: '/v1/files/{id}/download',
    summary: 'Download a sealed file',
    description: 'The client decrypts the file. The API sees neither the user secret nor the content.',
    params,
    responses: {
      200: {
        description: 'The sealed file',
        body: z.object({ id: z.uuid(), wrappedCekB64: Base64Text, ...sealedFile, updatedUtc: Timestamp }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'files.download',
    access: { tables: { files: 'read' }, objects: 'read' },
  }),
  delete: defineRoute({
    ...common,
    operationId: 'files.delete',
    method: 'DELETE',
    path: '/v1/files/{id}',
    summary: 'Delete a file',
    description: 'Deletes the file and all its shares.',
    params,
    responses: {
      200: { description: 'Deleted', body: z.object({ deleted: z.literal(true), id: z.uuid() }) },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'files.delete',
    access: { tables: { files: 'write', shares: 'write', orgs: 'write', vaultObjects: 'write' } },
  }),
} as const;
