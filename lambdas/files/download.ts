import { files } from '../../contract/files.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getFile } from '../stores/files.ts';
import { sealedFile } from '../vault/sealed-file.ts';

export const handler = endpoint(files.download, async ({ params: { id } }, { caller, platform, now }) => {
  const file = await getFile(platform.table, caller.userId, id);
  if (!file) throw new ApiError('NOT_FOUND');
  const sealed = await sealedFile(platform.objects, file, now);
  return {
    status: 200,
    body: { id, wrappedCekB64: toBase64(file.wrappedCek), ...sealed, updatedUtc: file.createdAt },
    audit: { resource: `files/${id}` },
  };
});
