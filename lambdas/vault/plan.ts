import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { Effect } from '../pipeline/effects.ts';
import { countStored, getOrg, type Org } from '../stores/orgs.ts';

/** Returns the org of a user. @throws Tampered */
export async function readOwnOrg(table: Table, { orgId }: { readonly orgId: string }): Promise<Org> {
  const org = await getOrg(table, orgId);
  if (!org) throw new Error('the org of a user does not exist');
  return org;
}

/** @throws ApiError STORAGE_NOT_CONFIGURED */
export function requireStorage({ storage }: Org): void {
  if (storage.provider === 'none') throw new ApiError('STORAGE_NOT_CONFIGURED');
}

/** @throws ApiError PLAN_LIMIT_REACHED */
export function requireSize(size: number, limit: number, what: string): void {
  if (size <= limit) return;
  throw new ApiError('PLAN_LIMIT_REACHED', {
    sentence: `The plan of the org allows ${limit} bytes for ${what}.`,
  });
}

/** Counts one more stored record or file, if the plan of the org allows it. */
export function countWithinPlan(org: Org, what: 'records' | 'files'): Effect {
  return { ...countStored(org, what), onConflict: 'PLAN_LIMIT_REACHED' };
}
