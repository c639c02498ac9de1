import type { RecoveryShare } from '../stores/recovery.ts';

const common = ({ xorApplied, xorSaltHint, createdAt, updatedAt }: RecoveryShare) => ({
  xorApplied,
  xorSaltHint,
  createdUtc: createdAt,
  updatedUtc: updatedAt,
});

/** Returns a recovery share as its owner sees it. */
export function trusteeInfo(share: RecoveryShare) {
  return { trusteeUserId: share.trusteeUserId, trusteeName: share.trusteeName, ...common(share) };
}

/** Returns a recovery share as its trustee sees it. */
export function recoveryOwnerInfo(share: RecoveryShare) {
  return { ownerUserId: share.ownerUserId, ownerName: share.ownerName, ...common(share) };
}
