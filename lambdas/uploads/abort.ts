import { uploads } from '../../contract/uploads.ts';
import { ObjectNotFound, type Objects } from '../../platform/objects.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { endUpload, getUpload, type StoredUpload } from '../stores/uploads.ts';
import { deleteObject, objectKey } from '../stores/vault-objects.ts';

export const handler = endpoint(uploads.abort, async ({ params: { id } }, context) => {
  const { caller, platform } = context;
  const upload = await getUpload(platform.table, caller.userId, id);
  if (!upload) throw new ApiError('NOT_FOUND');
  // Before the record is deleted: if a request fails in between, a retry can find what is left to do.
  await dropParts(platform.objects, upload);
  return {
    status: 200,
    body: { aborted: true, id },
    writes: [endUpload(caller.userId, id), deleteObject(upload.objectId)],
    audit: { resource: `files/${id}` },
  };
});

/** Deletes uploaded parts. If they are one object already, the sweep deletes it. */
async function dropParts(objects: Objects, { objectId, uploadId }: StoredUpload): Promise<void> {
  try {
    await objects.abortUpload(objectKey(objectId), uploadId);
  } catch (error) {
    if (!(error instanceof ObjectNotFound)) throw error;
  }
}
