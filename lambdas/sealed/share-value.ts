import { sealed } from '../../contract/sealed.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countShareAdded, getValue } from '../stores/kv.ts';
import { parseSealedShare, readSharing } from '../vault/new-share.ts';
import { createdInfo } from '../vault/share-info.ts';

export const handler = endpoint(sealed.shareValue, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const { userId } = caller;
  const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [value, sharing] = await Promise.all([
    getValue(platform.table, userId, key),
    readSharing(platform.table, caller, shared, body, now),
  ]);
  if (!value) throw new ApiError('NOT_FOUND');
  if (value.version !== body.version) throw new ApiError('CONFLICT');
  const { grant, writes } = parseSealedShare(shared, value.version, body, sharing, now);
  return {
    status: 201,
    body: createdInfo(grant),
    writes: [countShareAdded(userId, key, value), ...writes],
    audit: { resource: `kv/${key}/shares/${grant.recipientUserId}` },
  };
});
