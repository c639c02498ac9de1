import { audit } from '../contract/audit.ts';
import { ApiError } from '../shared/api-error.ts';
import { type AdministratorCaller, ownerOf, type UserCaller } from '../shared/caller.ts';
import { endpoint } from '../shared/endpoint.ts';
import { type AuditScope, listAudit } from '../stores/audit.ts';

function scopeOf(caller: UserCaller | AdministratorCaller, asked: 'own' | 'org' | undefined): AuditScope {
  if (caller.kind === 'administrator') return 'installation';
  if (asked !== 'org') return { owner: ownerOf(caller) };
  if (caller.role !== 'admin') throw new ApiError('FORBIDDEN');
  return { orgId: caller.orgId };
}

export const handler = endpoint(audit.list, async ({ query }, { caller, platform }) => {
  const { from, to, scope, ...page } = query;
  const range = { ...page, from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
  const { entries, cursor } = await listAudit(platform.table, scopeOf(caller, scope), range);
  return { status: 200, body: { entries, nextCursor: cursor } };
});
