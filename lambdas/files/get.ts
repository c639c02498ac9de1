import { files } from '../../contract/files.ts';
import { toBase64 } from '../../crypto/encoding/base64.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getFile } from '../stores/files.ts';
import { openStoredFile, requireInline } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { vault } from '../vault/vault.ts';

export const handler = endpoint(files.get, async ({ params: { id } }, context) => {
  const { caller, platform } = context;
  const [ring, file] = await Promise.all([readKeyRing(context), getFile(platform.table, caller.userId, id)]);
  if (!file) throw new ApiError('NOT_FOUND');
  const pairs = await ring.open();
  try {
    requireInline(file, '/v1/files/{id}/download');
    const record = fileContext(caller.orgId, caller.userId, id);
    const cek = vault.unwrapCek(pairs, record, file.wrappedCek);
    const { fileName, contentType, content } = await openStoredFile(platform.objects, cek, record, file);
    return {
      status: 200,
      body: { fileName, contentB64: toBase64(content), contentType },
      audit: { resource: `files/${id}` },
    };
  } finally {
    pairs.wipe();
  }
});
