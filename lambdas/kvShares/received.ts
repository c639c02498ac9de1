import { kvShares } from '../contract/kv-shares.ts';
import { wipe } from '../crypto/bytes.ts';
import { valueContext } from '../crypto/context.ts';
import { endpoint } from '../shared/endpoint.ts';
import { readKeyRing } from '../shared/key-ring.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { tryOpenShare } from '../shared/received-share.ts';
import { receivedInfo } from '../shared/share-info.ts';
import { listReceived } from '../stores/shares.ts';

export const handler = endpoint(kvShares.received, async ({ query }, context) => {
  const { caller, platform, now } = context;
  const [ring, { items, cursor }] = await Promise.all([
    readKeyRing(context),
    listReceived(platform.table, 'kv', caller.userId, now, query),
  ]);
  const pairs = await ring.open();
  const body = items.flatMap((received) => {
    const { ownerUserId, resource } = received;
    const contextAt = (version: number) => valueContext(caller.orgId, ownerUserId, resource, version);
    const opened = tryOpenShare(pairs, received, contextAt);
    if (!opened) return [];
    wipe(opened.cek);
    return [{ ...receivedInfo(received), alias: opened.terms.alias }];
  });
  pairs.wipe();
  return {
    status: 200,
    body,
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'kv/shared' },
  };
});
