import { sealed } from '../../contract/sealed.ts';
import { fileVersion } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countFileShareAdded, getFile } from '../stores/files.ts';
import { parseSealedShare, readSharing } from '../vault/new-share.ts';
import { createdInfo } from '../vault/share-info.ts';

export const handler = endpoint(sealed.shareFile, async ({ params: { id }, body }, context) => {
  const { caller, platform, now } = context;
  const { userId } = caller;
  const shared = { kind: 'file', ownerUserId: userId, resource: id } as const;
  const [file, sharing] = await Promise.all([
    getFile(platform.table, userId, id),
    readSharing(platform.table, caller, shared, body, now),
  ]);
  if (!file) throw new ApiError('NOT_FOUND');
  const { grant, writes } = parseSealedShare(shared, fileVersion, body, sharing, now);
  return {
    status: 201,
    body: createdInfo(grant),
    writes: [countFileShareAdded(userId, id, file), ...writes],
    audit: { resource: `files/${id}/shares/${grant.recipientUserId}` },
  };
});
