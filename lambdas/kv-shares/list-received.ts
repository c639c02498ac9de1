import { kvShares } from '../../contract/kv-shares.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listReceived } from '../stores/shares.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { tryDecryptShare } from '../vault/received-share.ts';
import { receivedInfo } from '../vault/share-info.ts';

export const handler = endpoint(kvShares.listReceived, async ({ query }, context) => {
  const { caller, platform, now } = context;
  const [ring, { items, cursor }] = await Promise.all([
    readKeyRing(context),
    listReceived(platform.table, 'kv', caller.userId, now, query),
  ]);
  const pairs = await ring.unlock();
  const body = items.flatMap((received) => {
    const { ownerUserId, resource } = received;
    const contextAt = (version: number) => valueContext(caller.orgId, ownerUserId, resource, version);
    const opened = tryDecryptShare(pairs, received, contextAt);
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
