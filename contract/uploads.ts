import * as z from 'zod';
import { Base64Text, base64Bytes } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { FileId, SealedSizeBytes } from './files.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { NewId } from './vault-schemas.ts';

const sealed = base64Bytes(limits.sealedFieldBytes);

const NewFileId = NewId.meta({
  description:
    'Id of the new file. Files are listed in the order of their ids, so use version 7 to list them by age',
});

const PartNumber = z.int().min(1).max(10_000).meta({ example: 1 });

const bytes = z.int().min(0);

/** How a sealed file is split into parts. */
const PartPlan = z
  .object({
    parts: PartNumber.meta({ description: 'Number of parts' }),
    firstPartBytes: bytes,
    partBytes: bytes.meta({ description: 'Size of each part between the first and the last' }),
    lastPartBytes: bytes.meta({ description: 'Size of the last part. A single part is both first and last' }),
  })
  .meta({ id: 'PartPlan' });

const UploadInfo = z
  .object({
    id: z.uuid().meta({ description: 'Id of the file' }),
    sealedSizeBytes: SealedSizeBytes,
    plan: PartPlan,
    createdUtc: Timestamp,
    expiresUtc: Timestamp.meta({ description: 'When the upload is removed if it is not complete' }),
  })
  .meta({ id: 'UploadInfo' });

/** What a client needs to resume an upload, in addition to its user secret. */
const sealedParts = {
  sealedMetadataB64: Base64Text,
  wrappedCekB64: Base64Text,
  fileHeaderB64: Base64Text.meta({ description: 'The first 66 bytes of the sealed content' }),
} as const;

const params = z.strictObject({ id: FileId });
const common = { tag: 'Files', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const uploads = {
  create: defineRoute({
    ...common,
    operationId: 'uploads.create',
    method: 'POST',
    path: '/v1/files/uploads',
    summary: 'Start an upload of a large file',
    description:
      'The client generates the id and the key of the file, seals name, content type and size, and declares the size of ' +
      'the sealed content. It uploads the content to the object store in parts, never through the API.',
    body: z
      .strictObject({
        id: NewFileId,
        wrappedCekB64: sealed.meta({ description: 'The file’s key, wrapped to the caller’s public keys' }),
        sealedMetadataB64: sealed.meta({ description: 'Name, content type and size, sealed under the key' }),
        fileHeaderB64: sealed.meta({ description: 'The first 66 bytes of the sealed content' }),
        sealedSizeBytes: SealedSizeBytes,
      })
      .meta({ id: 'UploadInput' }),
    responses: { 201: { description: 'Started', body: UploadInfo } },
    errors: [
      'KEYS_REQUIRED',
      'STORAGE_NOT_CONFIGURED',
      'PLAN_LIMIT_REACHED',
      'FILE_EXISTS',
      'TOO_MANY_UPLOADS',
      'TAMPERED',
    ],
    idempotent: true,
    audit: 'uploads.create',
    access: {
      tables: { files: 'write', orgs: 'read', keys: 'read', vaultObjects: 'write' },
      objects: 'write',
    },
  }),
  list: defineRoute({
    ...common,
    operationId: 'uploads.list',
    method: 'GET',
    path: '/v1/files/uploads',
    summary: 'List open uploads',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of uploads',
        body: z.array(UploadInfo.extend(sealedParts).meta({ id: 'OpenUpload' })),
        headers: nextCursorHeader,
      },
    },
    errors: ['INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { files: 'read' } },
  }),
  get: defineRoute({
    ...common,
    operationId: 'uploads.get',
    method: 'GET',
    path: '/v1/files/uploads/{id}',
    summary: 'Get an upload',
    description: 'Returns everything that a client needs to resume an interrupted upload.',
    params,
    responses: {
      200: {
        description: 'The upload and its stored parts',
        body: UploadInfo.extend({
          ...sealedParts,
          assembled: z.boolean().meta({
            description:
              'Whether the parts are already combined and no longer listed; if so, complete the upload',
          }),
          uploaded: z.array(
            z
              .object({ partNumber: PartNumber, sizeBytes: bytes, etag: z.string() })
              .meta({ id: 'UploadedPart' }),
          ),
        }).meta({ id: 'UploadState' }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    access: { tables: { files: 'read' }, objects: 'read' },
  }),
  signParts: defineRoute({
    ...common,
    operationId: 'uploads.signParts',
    method: 'POST',
    path: '/v1/files/uploads/{id}/parts',
    summary: 'Create URLs for uploading parts',
    description:
      'Each URL accepts PUT requests of its part, without credentials, any number of times until it expires. The client ' +
      'uploads whole parts as `plan` defines them.',
    params,
    body: z
      .strictObject({
        partNumbers: z
          .array(PartNumber)
          .min(1)
          .max(limits.partUrls)
          .refine((numbers) => new Set(numbers).size === numbers.length, { error: 'must not repeat a part' }),
      })
      .meta({ id: 'PartNumbers' }),
    responses: {
      200: {
        description: 'The URLs, in the order of the part numbers',
        body: z.object({
          parts: z.array(z.object({ partNumber: PartNumber, sizeBytes: bytes, url: z.string() })),
          expiresUtc: Timestamp,
        }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED'],
    audit: 'uploads.signParts',
    access: { tables: { files: 'read' }, objects: 'write' },
  }),
  complete: defineRoute({
    ...common,
    operationId: 'uploads.complete',
    method: 'POST',
    path: '/v1/files/uploads/{id}/complete',
    summary: 'Complete an upload',
    description:
      'Turns the upload into a file if all parts are stored with the declared size. Repeat the request if its response ' +
      'was lost.',
    params,
    responses: {
      200: {
        description: 'The file exists, from this or an earlier request',
        body: z.object({ id: z.uuid(), sealedSizeBytes: SealedSizeBytes, updatedUtc: Timestamp }),
      },
    },
    errors: [
      'NOT_FOUND',
      'UPLOAD_INCOMPLETE',
      'STORAGE_NOT_CONFIGURED',
      'PLAN_LIMIT_REACHED',
      'TAMPERED',
      'CONFLICT',
    ],
    audit: 'uploads.complete',
    timeoutSeconds: 29,
    access: {
      tables: { files: 'write', orgs: 'write', vaultObjects: 'write' },
      objects: 'write',
    },
  }),
  abort: defineRoute({
    ...common,
    operationId: 'uploads.abort',
    method: 'DELETE',
    path: '/v1/files/uploads/{id}',
    summary: 'Abort an upload',
    params,
    responses: {
      200: { description: 'Aborted', body: z.object({ aborted: z.literal(true), id: z.uuid() }) },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'uploads.abort',
    access: { tables: { files: 'write', vaultObjects: 'write' }, objects: 'write' },
  }),
} as const;
