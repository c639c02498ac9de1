import { fileShares } from '../../contract/file-shares.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { getFile } from '../stores/files.ts';
import { listGrants } from '../stores/shares.ts';
import { grantInfo } from '../vault/share-info.ts';

export const handler = endpoint(
  fileShares.list,
  async ({ params: { id }, query }, { caller, platform, now }) => {
    const shared = { kind: 'file', ownerUserId: caller.userId, resource: id } as const;
    const [file, { items, cursor }] = await Promise.all([
      getFile(platform.table, caller.userId, id),
      listGrants(platform.table, shared, now, query),
    ]);
    if (!file) throw new ApiError('NOT_FOUND');
    return {
      status: 200,
      body: items.map((grant) => grantInfo(grant, file.createdAt)),
      headers: nextCursorHeaders(cursor),
    };
  },
);
