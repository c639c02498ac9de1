import { kvShares } from '../../contract/kv-shares.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countShareAdded, getValue } from '../stores/kv.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { readSharing, sealShare } from '../vault/new-share.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { createdInfo } from '../vault/share-info.ts';

export const handler = endpoint(kvShares.create, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const { orgId, userId } = caller;
  const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [ring, value, sharing] = await Promise.all([
    readKeyRing(context),
    getValue(platform.table, userId, key),
    readSharing(platform.table, caller, shared, body, now),
  ]);
  if (!value) throw new ApiError('NOT_FOUND');
  const pairs = await ring.unlock();
  const record = valueContext(orgId, userId, key, value.version);
  try {
    const cek = vaultCrypto.unwrapCek(pairs, record, value.wrappedCek);
    const { grant, writes } = sealShare(shared, record, cek, sharing, body, now);
    return {
      status: 201,
      body: createdInfo(grant),
      writes: [countShareAdded(userId, key, value), ...writes],
      audit: { resource: `kv/${key}/shares/${grant.recipientUserId}` },
    };
  } finally {
    pairs.wipe();
  }
});
