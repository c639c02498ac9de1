import { fileShares } from '../../contract/file-shares.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { revokeShare } from '../vault/end-share.ts';

export const handler = endpoint(fileShares.revoke, async ({ params: { id, recipientUserId } }, context) =>
  revokeShare(context, 'file', id, recipientUserId),
);
