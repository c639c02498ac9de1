import { uploads } from '../../contract/uploads.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addFile, getFile, type StoredFile } from '../stores/files.ts';
import { endUpload, getUpload, type StoredUpload } from '../stores/uploads.ts';
import { keepObject } from '../stores/vault-objects.ts';
import { countWithinPlan, readOwnOrg, requireSize, requireStorage } from '../vault/plan.ts';
import { assemble, partsOf } from './upload.ts';

export const handler = endpoint(uploads.complete, async ({ params: { id } }, context) => {
  const { caller, platform, now } = context;
  const { table, objects } = platform;
  const [upload, org, existing] = await Promise.all([
    getUpload(table, caller.userId, id),
    readOwnOrg(table, caller),
    getFile(table, caller.userId, id),
  ]);
  const audit = { resource: `files/${id}` };
  if (existing) return { status: 200, body: completed(id, existing), audit };
  if (!upload) throw new ApiError('NOT_FOUND');
  requireStorage(org);
  requireSize(partsOf(upload).size, org.plan.maxFileSizeBytes, 'a file');
  await assemble(objects, upload);
  const file = fileOf(upload, now);
  return {
    status: 200,
    body: completed(id, file),
    writes: [
      endUpload(caller.userId, id),
      addFile(caller.userId, id, file),
      countWithinPlan(org, 'files'),
      keepObject(upload.objectId),
    ],
    audit,
  };
});

function fileOf({ wrappedCek, sealedMetadata, sealedSize, objectId }: StoredUpload, now: Date): StoredFile {
  return { createdAt: now.toISOString(), shareRevision: 0, wrappedCek, sealedMetadata, sealedSize, objectId };
}

function completed(id: string, { sealedSize, createdAt }: StoredFile) {
  return { id, sealedSizeBytes: sealedSize, updatedUtc: createdAt };
}
