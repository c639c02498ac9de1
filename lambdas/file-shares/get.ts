import { fileShares } from '../../contract/file-shares.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { markAccess } from '../stores/shares.ts';
import { decryptFile, requireInline } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { decryptShare } from '../vault/received-share.ts';
import { readSharedFile } from '../vault/shared-file.ts';

export const handler = endpoint(fileShares.get, async ({ params: { shareId } }, context) => {
  const { caller, platform, now } = context;
  const [ring, { received, grant, shared, file }] = await Promise.all([
    readKeyRing(context),
    readSharedFile(platform.table, caller.userId, shareId, now),
  ]);
  const { ownerUserId, resource: fileId, expiresAt } = received;
  const contextAt = (version?: number) => fileContext(caller.orgId, ownerUserId, fileId, version);
  const pairs = await ring.unlock();
  try {
    requireInline(file, '/v1/files/shared/{shareId}/download');
    const { cek } = decryptShare(pairs, received, contextAt);
    const opened = await decryptFile(platform.objects, cek, contextAt(), file);
    const { fileName, contentType } = opened;
    const contentB64 = toBase64(opened.content);
    return {
      status: 200,
      body: { shareId, fileId, ownerUserId, fileName, contentType, contentB64, expiresUtc: expiresAt },
      writes: [markAccess(shared, grant, now)],
      audit: { resource: `files/shared/${shareId}` },
    };
  } finally {
    pairs.wipe();
  }
});
