import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Caller } from '../pipeline/caller.ts';
import { getOrg, type Org } from '../stores/orgs.ts';

/**
 * Returns the org that a caller administers: any org for the global administrator, an org admin's own. For everyone
 * else another org does not exist.
 *
 * @throws ApiError NOT_FOUND, FORBIDDEN @throws Tampered
 */
export async function administeredOrg(table: Table, caller: Caller, orgId: string): Promise<Org> {
  if (caller.kind === 'user') {
    if (caller.orgId !== orgId) throw new ApiError('NOT_FOUND');
    if (caller.role !== 'admin') throw new ApiError('FORBIDDEN');
  }
  const org = await getOrg(table, orgId);
  if (!org) throw new ApiError('NOT_FOUND');
  return org;
}
