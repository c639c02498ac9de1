import { sealed } from '../../contract/sealed.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listReceived } from '../stores/shares.ts';
import { sealedValueInfo } from '../vault/share-info.ts';

export const handler = endpoint(sealed.listReceivedValues, async ({ query }, { caller, platform, now }) => {
  const { items, cursor } = await listReceived(platform.table, 'kv', caller.userId, now, query);
  return {
    status: 200,
    body: items.map(sealedValueInfo),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'kv/shared' },
  };
});
