import { files } from '../../contract/files.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getFile } from '../stores/files.ts';
import { decryptFile, requireInline } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';

export const handler = endpoint(files.get, async ({ params: { id } }, context) => {
  const { caller, platform } = context;
  const [ring, file] = await Promise.all([readKeyRing(context), getFile(platform.table, caller.userId, id)]);
  if (!file) throw new ApiError('NOT_FOUND');
  const pairs = await ring.unlock();
  try {
    requireInline(file, '/v1/files/{id}/download');
    const record = fileContext(caller.orgId, caller.userId, id);
    const cek = vaultCrypto.unwrapCek(pairs, record, file.wrappedCek);
    const { fileName, contentType, content } = await decryptFile(platform.objects, cek, record, file);
    return {
      status: 200,
      body: { fileName, contentB64: toBase64(content), contentType },
      audit: { resource: `files/${id}` },
    };
  } finally {
    pairs.wipe();
  }
});
