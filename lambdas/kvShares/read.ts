import { kvShares } from '../contract/kv-shares.ts';
import { valueContext } from '../crypto/context.ts';
import { endpoint } from '../shared/endpoint.ts';
import { readKeyRing } from '../shared/key-ring.ts';
import { openStoredValue } from '../shared/kv-value.ts';
import { openShare } from '../shared/received-share.ts';
import { readSharedValue } from '../shared/shared-value.ts';
import { toB64 } from '../shared/vault.ts';
import { markAccess } from '../stores/shares.ts';

export const handler = endpoint(kvShares.read, async ({ params: { shareId } }, context) => {
  const { caller, platform, now } = context;
  const [ring, { received, value, grant, shared }] = await Promise.all([
    readKeyRing(context),
    readSharedValue(platform.table, caller.userId, shareId, now),
  ]);
  const { ownerUserId, resource, expiresAt } = received;
  const contextAt = (version: number) => valueContext(caller.orgId, ownerUserId, resource, version);
  const pairs = await ring.open();
  try {
    const { cek } = openShare(pairs, received, contextAt);
    const owner = { orgId: caller.orgId, userId: ownerUserId };
    const plaintext = await openStoredValue(platform.objects, owner, resource, value, cek);
    return {
      status: 200,
      body: { shareId, ownerUserId, valueB64: toB64(plaintext), expiresUtc: expiresAt },
      writes: [markAccess(shared, grant, now)],
      audit: { resource: `kv/shared/${shareId}` },
    };
  } finally {
    pairs.wipe();
  }
});
