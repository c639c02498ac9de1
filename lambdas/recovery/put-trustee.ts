import { limits } from '../../contract/limits.ts';
import { recovery } from '../../contract/recovery.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys } from '../stores/keys.ts';
import { getMember } from '../stores/members.ts';
import { listTrustees, putShare, type RecoveryShare } from '../stores/recovery.ts';
import { requireKeys } from '../vault/stored-keys.ts';
import { trusteeInfo } from './recovery-info.ts';

export const handler = endpoint(
  recovery.putTrustee,
  async ({ params: { trusteeUserId }, body }, { caller, platform: { table }, now }) => {
    const { orgId, userId } = caller;
    if (trusteeUserId === userId) throw invalid('trusteeUserId', 'is the owner');
    const [owner, trustee, ownKeys, trusteeKeys, { items: trustees }] = await Promise.all([
      getMember(table, orgId, userId),
      getMember(table, orgId, trusteeUserId),
      getKeys(table, orgId, userId),
      getKeys(table, orgId, trusteeUserId),
      listTrustees(table, userId, { limit: limits.trusteesPerUser }),
    ]);
    if (!owner || !trustee) throw new ApiError('NOT_FOUND');
    requireKeys(ownKeys);
    if (!trusteeKeys) throw new ApiError('RECIPIENT_KEYS_REQUIRED');
    const existing = trustees.find((each) => each.trusteeUserId === trusteeUserId);
    if (!existing && trustees.length >= limits.trusteesPerUser) throw new ApiError('TOO_MANY_TRUSTEES');

    const share: RecoveryShare = {
      orgId,
      ownerUserId: userId,
      ownerName: owner.name,
      trusteeUserId,
      trusteeName: trustee.name,
      eccShare: body.encryptedPrivateKeyEccShareB64,
      kyberShare: body.encryptedPrivateKeyKyberShareB64,
      xorApplied: body.xorApplied,
      xorSaltHint: body.xorSaltHint ?? null,
      createdAt: existing?.createdAt ?? now.toISOString(),
      updatedAt: now.toISOString(),
    };
    return {
      status: existing ? 200 : 201,
      body: trusteeInfo(share),
      writes: [{ ...putShare(share, existing), onConflict: 'CONFLICT' }],
      audit: { resource: `recovery/trustees/${trusteeUserId}` },
    };
  },
);
