import { kvShares } from '../../contract/kv-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { getValue } from '../stores/kv.ts';
import { listGrants } from '../stores/shares.ts';
import { grantInfo } from '../vault/share-info.ts';

export const handler = endpoint(
  kvShares.list,
  async ({ params: { key }, query }, { caller, platform, now }) => {
    const shared = { kind: 'kv', ownerUserId: caller.userId, resource: key } as const;
    const [value, { items, cursor }] = await Promise.all([
      getValue(platform.table, caller.userId, key),
      listGrants(platform.table, shared, now, query),
    ]);
    if (!value) throw new ApiError('NOT_FOUND');
    return {
      status: 200,
      body: items.map((grant) => grantInfo(grant, value.updatedAt)),
      headers: nextCursorHeaders(cursor),
    };
  },
);
