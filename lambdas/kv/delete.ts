import { kv } from '../../contract/kv.ts';
import { limits } from '../../contract/limits.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteValue, getValue } from '../stores/kv.ts';
import { countDeleted } from '../stores/orgs.ts';
import { endShare, listGrants } from '../stores/shares.ts';
import { deleteCiphertext } from '../stores/vault-ciphertext.ts';

export const handler = endpoint(kv.delete, async ({ params: { key } }, { caller, platform, now }) => {
  const { orgId, userId } = caller;
  const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [value, grants] = await Promise.all([
    getValue(platform.table, userId, key),
    listGrants(platform.table, shared, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  if (!value) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: { deleted: true, key },
    writes: [
      deleteValue(userId, key, value),
      { ...countDeleted(orgId, 'records'), onConflict: 'TAMPERED' },
      ...grants.items.flatMap((grant) => endShare(shared, grant)),
      ...deleteCiphertext(value),
    ],
    audit: { resource: `kv/${key}` },
  };
});
