import { ApiError } from '../pipeline/api-error.ts';
import { type AdministratorCaller, ownerOf, type UserCaller } from '../pipeline/caller.ts';
import type { AuditScope } from '../stores/audit.ts';

type Caller = UserCaller | AdministratorCaller;

/** Returns whose entries a caller is shown. @throws ApiError FORBIDDEN */
export function auditScope(caller: Caller, requested: 'own' | 'org' | undefined): AuditScope {
  if (caller.kind === 'administrator') return 'installation';
  if (requested !== 'org') return { owner: ownerOf(caller) };
  if (caller.role !== 'admin') throw new ApiError('FORBIDDEN');
  return { orgId: caller.orgId };
}

/** Returns the scope of all entries that a caller may see. */
export function widestAuditScope(caller: Caller): AuditScope {
  const isOrgAdmin = caller.kind !== 'administrator' && caller.role === 'admin';
  return auditScope(caller, isOrgAdmin ? 'org' : 'own');
}
