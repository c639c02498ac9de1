import { limits } from '../../contract/limits.ts';
import { uploads } from '../../contract/uploads.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getUpload } from '../stores/uploads.ts';
import { objectKey } from '../stores/vault-objects.ts';
import { partsOf } from './upload.ts';

export const handler = endpoint(uploads.signParts, async ({ params: { id }, body }, context) => {
  const { caller, platform, now } = context;
  const upload = await getUpload(platform.table, caller.userId, id);
  if (!upload) throw new ApiError('NOT_FOUND');
  const { parts, bytes } = partsOf(upload);
  const beyond = body.partNumbers.findIndex((partNumber) => partNumber > parts);
  if (beyond >= 0) throw invalid(`partNumbers.${beyond}`, `must be at most ${parts}`);

  const key = objectKey(upload.objectId);
  const sign = async (partNumber: number) => ({
    partNumber,
    sizeBytes: bytes(partNumber),
    url: await platform.objects.signPart(key, upload.uploadId, partNumber, limits.objectUrlSeconds),
  });
  return {
    status: 200,
    body: {
      parts: await Promise.all(body.partNumbers.map(sign)),
      expiresUtc: new Date(now.getTime() + limits.objectUrlSeconds * 1000).toISOString(),
    },
    audit: { resource: `files/${id}` },
  };
});
