import { fileShares } from '../../contract/file-shares.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { declineShare } from '../vault/end-share.ts';

export const handler = endpoint(fileShares.decline, async ({ params: { shareId } }, context) =>
  declineShare(context, 'file', shareId),
);
