import { kvShares } from '../../contract/kv-shares.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { markAccess } from '../stores/shares.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { decryptValue } from '../vault/kv-value.ts';
import { decryptShare } from '../vault/received-share.ts';
import { readSharedValue } from '../vault/shared-value.ts';

export const handler = endpoint(kvShares.get, async ({ params: { shareId } }, context) => {
  const { caller, platform, now } = context;
  const [ring, { received, value, grant, shared }] = await Promise.all([
    readKeyRing(context),
    readSharedValue(platform.table, caller.userId, shareId, now),
  ]);
  const { ownerUserId, resource, expiresAt } = received;
  const contextAt = (version: number) => valueContext(caller.orgId, ownerUserId, resource, version);
  const pairs = await ring.unlock();
  try {
    const { cek } = decryptShare(pairs, received, contextAt);
    const owner = { orgId: caller.orgId, userId: ownerUserId };
    const plaintext = await decryptValue(platform.objects, owner, resource, value, cek);
    return {
      status: 200,
      body: { shareId, ownerUserId, valueB64: toBase64(plaintext), expiresUtc: expiresAt },
      writes: [markAccess(shared, grant, now)],
      audit: { resource: `kv/shared/${shareId}` },
    };
  } finally {
    pairs.wipe();
  }
});
