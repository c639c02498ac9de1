import { limits } from '../../contract/limits.ts';
import { uploads } from '../../contract/uploads.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { requireNoFile } from '../stores/files.ts';
import { getKeys } from '../stores/keys.ts';
import { requireRoom } from '../stores/orgs.ts';
import { addUpload, listUploads, type StoredUpload } from '../stores/uploads.ts';
import { expectObject, objectKey } from '../stores/vault-objects.ts';
import { readOwnOrg, requireSize, requireStorage } from '../vault/plan.ts';
import { requireKeys } from '../vault/stored-keys.ts';
import { checkAnnounced, uploadInfo } from './upload.ts';

/**
 * How long an object outlives the record of its upload: the sweep must not delete it while the upload can be
 * completed.
 */
const graceMs = 60 * 60_000;

export const handler = endpoint(uploads.create, async ({ body }, { caller, platform, now }) => {
  const { orgId, userId } = caller;
  const { table, objects } = platform;
  const [keys, org, open] = await Promise.all([
    getKeys(table, orgId, userId),
    readOwnOrg(table, caller),
    listUploads(table, userId, { limit: limits.openUploadsPerUser }),
  ]);
  const size = checkAnnounced(body, requireKeys(keys));
  requireStorage(org);
  requireSize(size, org.plan.maxFileSizeBytes, 'a file');
  if (open.uploads.length >= limits.openUploadsPerUser) throw new ApiError('TOO_MANY_UPLOADS');

  const objectId = globalThis.crypto.randomUUID();
  const { uploadId } = await objects.createUpload(objectKey(objectId));
  const expires = now.getTime() + limits.uploadSeconds * 1000;
  const upload: StoredUpload = {
    createdAt: now.toISOString(),
    expiresAt: new Date(expires).toISOString(),
    wrappedCek: body.wrappedCekB64,
    sealedMetadata: body.sealedMetadataB64,
    fileHeader: body.fileHeaderB64,
    sealedSize: body.sealedSizeBytes,
    objectId,
    uploadId,
  };
  return {
    status: 201,
    body: uploadInfo({ fileId: body.id, upload }),
    writes: [
      { ...requireNoFile(userId, body.id), onConflict: 'FILE_EXISTS' },
      { ...addUpload(userId, body.id, upload), onConflict: 'FILE_EXISTS' },
      { ...requireRoom(org, 'files'), onConflict: 'PLAN_LIMIT_REACHED' },
      expectObject(objectId, new Date(expires + graceMs)),
    ],
    audit: { resource: `files/${body.id}` },
  };
});
