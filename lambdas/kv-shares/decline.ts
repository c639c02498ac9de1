import { kvShares } from '../../contract/kv-shares.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { declineShare } from '../vault/end-share.ts';

export const handler = endpoint(kvShares.decline, async ({ params: { shareId } }, context) =>
  declineShare(context, 'kv', shareId),
);
