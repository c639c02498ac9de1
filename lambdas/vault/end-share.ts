import { ApiError } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';
import { countFileShareTaken } from '../stores/files.ts';
import { countShareTaken } from '../stores/kv.ts';
import { endShare, getGrant, getReceived, type Shared } from '../stores/shares.ts';

type ShareContext = Pick<Context, 'platform' | 'now'> & { readonly caller: UserCaller };

const auditPaths = { kv: 'kv', file: 'files' } as const;

const countEnded = ({ kind, ownerUserId, resource }: Shared) =>
  kind === 'kv' ? countShareTaken(ownerUserId, resource) : countFileShareTaken(ownerUserId, resource);

/** Returns the result that ends a share that the caller granted. @throws ApiError NOT_FOUND @throws Tampered */
export async function revokeShare(
  { caller, platform, now }: ShareContext,
  kind: Shared['kind'],
  resource: string,
  recipientUserId: string,
) {
  const shared = { kind, ownerUserId: caller.userId, resource };
  const grant = await getGrant(platform.table, shared, recipientUserId, now);
  if (!grant) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: { revoked: true, shareId: grant.shareId, revokedUtc: now.toISOString() },
    writes: [countEnded(shared), ...endShare(shared, grant)],
    audit: { resource: `${auditPaths[kind]}/${resource}/shares/${recipientUserId}` },
  } as const;
}

/** Returns the result that ends a share that the caller received. @throws ApiError NOT_FOUND @throws Tampered */
export async function declineShare(
  { caller, platform, now }: ShareContext,
  kind: Shared['kind'],
  shareId: string,
) {
  const recipientUserId = caller.userId;
  const received = await getReceived(platform.table, kind, recipientUserId, shareId, now);
  if (!received) throw new ApiError('NOT_FOUND');
  const shared = { kind, ownerUserId: received.ownerUserId, resource: received.resource };
  return {
    status: 200,
    body: { removed: true, shareId, revokedUtc: now.toISOString() },
    writes: [countEnded(shared), ...endShare(shared, { shareId, recipientUserId })],
    audit: { resource: `${auditPaths[kind]}/shared/${shareId}` },
  } as const;
}
