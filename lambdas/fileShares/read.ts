import { fileShares } from '../contract/file-shares.ts';
import { fileContext } from '../crypto/context.ts';
import { endpoint } from '../shared/endpoint.ts';
import { openStoredFile, requireInline } from '../shared/file-content.ts';
import { readKeyRing } from '../shared/key-ring.ts';
import { openShare } from '../shared/received-share.ts';
import { readSharedFile } from '../shared/shared-file.ts';
import { toB64 } from '../shared/vault.ts';
import { markAccess } from '../stores/shares.ts';

export const handler = endpoint(fileShares.read, async ({ params: { shareId } }, context) => {
  const { caller, platform, now } = context;
  const [ring, { received, grant, shared, file }] = await Promise.all([
    readKeyRing(context),
    readSharedFile(platform.table, caller.userId, shareId, now),
  ]);
  const { ownerUserId, resource: fileId, expiresAt } = received;
  const contextAt = (version?: number) => fileContext(caller.orgId, ownerUserId, fileId, version);
  const pairs = await ring.open();
  try {
    requireInline(file, '/v1/files/shared/{shareId}/download');
    const { cek } = openShare(pairs, received, contextAt);
    const opened = await openStoredFile(platform.objects, cek, contextAt(), file);
    const { fileName, contentType } = opened;
    const contentB64 = toB64(opened.content);
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
