import { recovery } from '../contract/recovery.ts';
import { endpoint } from '../shared/endpoint.ts';
import { deleteShare } from '../stores/recovery.ts';

export const handler = endpoint(
  recovery.deleteTrustee,
  async ({ params: { trusteeUserId } }, { caller }) => ({
    status: 200,
    body: { deleted: true, trusteeUserId },
    writes: [{ ...deleteShare(caller.userId, trusteeUserId), orElse: 'NOT_FOUND' }],
    audit: { resource: `recovery/trustees/${trusteeUserId}` },
  }),
);
