import { uploads } from '../../contract/uploads.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getUpload } from '../stores/uploads.ts';
import { resumableUpload, uploadedParts } from './upload.ts';

export const handler = endpoint(uploads.get, async ({ params: { id } }, { caller, platform }) => {
  const upload = await getUpload(platform.table, caller.userId, id);
  if (!upload) throw new ApiError('NOT_FOUND');
  const parts = await uploadedParts(platform.objects, upload);
  return {
    status: 200,
    body: { ...resumableUpload({ fileId: id, upload }), assembled: !parts, uploaded: parts ?? [] },
  };
});
