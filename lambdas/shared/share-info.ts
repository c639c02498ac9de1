import type { Grant, Received } from '../stores/shares.ts';

/** A share as its owner sees it. @param changedAt when what is shared was written last */
export function grantInfo(grant: Grant, changedAt: string) {
  const { shareId, recipientUserId, recipientName, permission, createdAt, updatedAt, expiresAt } = grant;
  return {
    shareId,
    recipientUserId,
    recipientName,
    permission,
    createdUtc: createdAt,
    updatedUtc: changedAt > updatedAt ? changedAt : updatedAt,
    expiresUtc: expiresAt,
    firstAccessUtc: grant.firstAccessAt,
    lastAccessUtc: grant.lastAccessAt,
  };
}

/** A share as its recipient sees it. */
export function receivedInfo({
  shareId,
  ownerUserId,
  ownerName,
  permission,
  updatedAt,
  expiresAt,
}: Received) {
  return { shareId, ownerUserId, ownerName, permission, updatedUtc: updatedAt, expiresUtc: expiresAt };
}
