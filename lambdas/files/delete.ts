import { files } from '../../contract/files.ts';
import { limits } from '../../contract/limits.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteFile, getFile } from '../stores/files.ts';
import { countDeleted } from '../stores/orgs.ts';
import { endShare, listGrants } from '../stores/shares.ts';
import { deleteObject } from '../stores/vault-objects.ts';

export const handler = endpoint(files.delete, async ({ params: { id } }, { caller, platform, now }) => {
  const { orgId, userId } = caller;
  const shared = { kind: 'file', ownerUserId: userId, resource: id } as const;
  const [file, grants] = await Promise.all([
    getFile(platform.table, userId, id),
    listGrants(platform.table, shared, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  if (!file) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: { deleted: true, id },
    writes: [
      deleteFile(userId, id, file),
      { ...countDeleted(orgId, 'files'), onConflict: 'TAMPERED' },
      ...grants.items.flatMap((grant) => endShare(shared, grant)),
      deleteObject(file.objectId),
    ],
    audit: { resource: `files/${id}` },
  };
});
