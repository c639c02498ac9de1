import { kvShares } from '../../contract/kv-shares.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { revokeShare } from '../vault/end-share.ts';

export const handler = endpoint(kvShares.revoke, async ({ params: { key, recipientUserId } }, context) =>
  revokeShare(context, 'kv', key, recipientUserId),
);
