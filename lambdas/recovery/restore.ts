import { recovery } from '../../contract/recovery.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys } from '../stores/keys.ts';
import { getRestore, getShare, putRestore, requireShare } from '../stores/recovery.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { requireRestoredKeys } from '../vault/restored-keys.ts';
import { publicKeysOf } from '../vault/stored-keys.ts';

export const handler = endpoint(
  recovery.restore,
  async ({ params: { ownerUserId }, body }, { caller, platform: { table }, settings, now }) => {
    const { orgId, userId } = caller;
    const [share, keys, existing] = await Promise.all([
      getShare(table, ownerUserId, userId),
      getKeys(table, orgId, ownerUserId),
      getRestore(table, orgId, ownerUserId),
    ]);
    if (share?.orgId !== orgId || !keys) throw new ApiError('NOT_FOUND');
    // A trustee must not replace the restore of another one before the owner has seen it.
    if (existing && existing.trusteeUserId !== userId) throw new ApiError('RESTORE_PENDING');
    const owner = { org: orgId, user: ownerUserId };
    requireRestoredKeys(owner, body);
    const restoreId = globalThis.crypto.randomUUID();
    const { challenge, verifier } = vaultCrypto.challengeRestore(owner, publicKeysOf(keys), restoreId);
    const restore = {
      restoreId,
      trusteeUserId: userId,
      trusteeName: share.trusteeName,
      restoredKey: body.encryptedPrivateKeyEccB64,
      restoredKeyKyber: body.encryptedPrivateKeyKyberB64,
      challenge,
      rekeyVerifier: verifier,
      usedXor: body.usedXor,
      xorSaltHint: body.xorSaltHint ?? null,
      createdAt: now.toISOString(),
      availableAt: new Date(now.getTime() + settings.STRONGROOM_RESTORE_DELAY * 1000).toISOString(),
    };
    return {
      status: 200,
      body: { requiresRekey: true },
      writes: [
        { ...putRestore(orgId, ownerUserId, restore, existing), onConflict: 'RESTORE_PENDING' },
        // The trustee may have been removed in the meantime.
        { ...requireShare(ownerUserId, userId), onConflict: 'NOT_FOUND' },
      ],
      audit: { resource: `recovery/restore/${ownerUserId}`, owner: { userId: ownerUserId, orgId } },
    };
  },
);
