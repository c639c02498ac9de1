import { audit } from '../../contract/audit.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { listAudit } from '../stores/audit.ts';
import { auditScope } from './audit-scope.ts';

export const handler = endpoint(audit.list, async ({ query }, { caller, platform }) => {
  const { from, to, scope, ...page } = query;
  const range = { ...page, from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
  const { entries, cursor } = await listAudit(platform.table, auditScope(caller, scope), range);
  return { status: 200, body: { entries, nextCursor: cursor } };
});
