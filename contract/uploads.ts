import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { FileId, SealedSizeBytes } from './files.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { Base64, base64Bytes, NewId } from './vault-schemas.ts';

const sealed = base64Bytes(limits.sealedFieldBytes);

const NewFileId = NewId.meta({
  description: 'The file’s. Files are listed in the order of their ids: version 7 makes it that of age',
});

const PartNumber = z.int().min(1).max(10_000).meta({ example: 1 });

const bytes = z.int().min(0);

/** Where a sealed file is cut into parts. */
const PartPlan = z
  .object({
    parts: PartNumber.meta({ description: 'How many' }),
    firstPartBytes: bytes,
    partBytes: bytes.meta({ description: 'Of each part between the first and the last' }),
    lastPartBytes: bytes.meta({ description: 'Where there is but one part, it is the first and the last' }),
  })
  .meta({ id: 'PartPlan' });

const UploadInfo = z
  .object({
    id: z.uuid().meta({ description: 'Id of the file' }),
    sealedSizeBytes: SealedSizeBytes,
    plan: PartPlan,
    createdUtc: Timestamp,
    expiresUtc: Timestamp.meta({ description: 'What is not completed by then is removed' }),
  })
  .meta({ id: 'UploadInfo' });

/** What a client needs to go on with an upload, beside its user secret. */
const sealedParts = {
  sealedMetadataB64: Base64,
  wrappedCekB64: Base64,
  fileHeaderB64: Base64.meta({ description: 'The sealed content’s first 66 bytes' }),
} as const;

const params = z.strictObject({ id: FileId });
const common = { tag: 'Files', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const uploads = {
  create: defineRoute({
    ...common,
    operationId: 'uploads.create',
    method: 'POST',
    path: '/v1/files/uploads',
    summary: 'Begin to upload a large file',
    description:
      'The client makes id and key of the file, seals name, content type and size, and says how large the sealed ' +
      'content will be. The content goes to the object store in parts, and never through the API.',
    body: z
      .strictObject({
        id: NewFileId,
        wrappedCekB64: sealed.meta({ description: 'The file’s key, wrapped to the caller’s public keys' }),
        sealedMetadataB64: sealed.meta({ description: 'Name, content type and size, sealed under the key' }),
        fileHeaderB64: sealed.meta({ description: 'The sealed content’s first 66 bytes' }),
        sealedSizeBytes: SealedSizeBytes,
      })
      .meta({ id: 'UploadInput' }),
    responses: { 201: { description: 'Begun', body: UploadInfo } },
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
    summary: 'List own uploads that are open',
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
    summary: 'What is there of an upload',
    description: 'All that a client needs to go on with it, wherever and whenever it was broken off.',
    params,
    responses: {
      200: {
        description: 'The upload, and which parts are there',
        body: UploadInfo.extend({
          ...sealedParts,
          assembled: z
            .boolean()
            .meta({ description: 'The parts are one object already, and are listed no more: complete it' }),
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
    summary: 'URLs to put parts to',
    description:
      'Each is good for a PUT of its part, without credentials, as often as it takes until it expires. The client ' +
      'puts whole parts as `plan` cuts them.',
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
        description: 'The URLs, in the order of the numbers',
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
    summary: 'Make a file of an upload',
    description:
      'Where all parts are there, in the size that was announced. A call whose answer was lost may be repeated.',
    params,
    responses: {
      200: {
        description: 'It is a file, now or since an earlier call',
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
    summary: 'Give an upload up',
    params,
    responses: {
      200: { description: 'Given up', body: z.object({ aborted: z.literal(true), id: z.uuid() }) },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'uploads.abort',
    access: { tables: { files: 'write', vaultObjects: 'write' }, objects: 'write' },
  }),
} as const;
