import { sealed } from '../contract/sealed.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { sealedValueInfo } from '../shared/share-info.ts';
import { listReceived } from '../stores/shares.ts';

export const handler = endpoint(sealed.receivedValues, async ({ query }, { caller, platform, now }) => {
  const { items, cursor } = await listReceived(platform.table, 'kv', caller.userId, now, query);
  return {
    status: 200,
    body: items.map(sealedValueInfo),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'kv/shared' },
  };
});
