import { recovery } from '../../contract/recovery.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getRestore } from '../stores/recovery.ts';

export const handler = endpoint(recovery.getPendingRestore, async (_, { caller, platform }) => {
  const restore = await getRestore(platform.table, caller.orgId, caller.userId);
  if (!restore) return { status: 200, body: { restore: null } };
  const { restoreId, trusteeUserId, trusteeName, usedXor, xorSaltHint, createdAt, availableAt } = restore;
  return {
    status: 200,
    body: {
      restore: {
        restoreId,
        trusteeUserId,
        trusteeName,
        usedXor,
        xorSaltHint,
        createdUtc: createdAt,
        availableUtc: availableAt,
        encryptedPrivateKeyEccB64: toBase64(restore.restoredKey),
        encryptedPrivateKeyKyberB64: toBase64(restore.restoredKeyKyber),
        challengeB64: toBase64(restore.challenge),
      },
    },
  };
});
