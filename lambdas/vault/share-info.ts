import { toBase64 } from '../pipeline/base64.ts';
import type { Grant, Received } from '../stores/shares.ts';

/** Returns a share that was just created. */
export function createdInfo({ shareId, recipientUserId, permission, createdAt, expiresAt }: Grant) {
  return { shareId, recipientUserId, permission, createdUtc: createdAt, expiresUtc: expiresAt };
}

/** Returns a share as its owner sees it. @param changedAt when the shared record was last written */
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

/** Returns a share as its recipient sees it. */
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

/** Returns a share of a value with what its recipient's client needs to decrypt the terms. */
export function sealedValueInfo(received: Received) {
  return {
    ...receivedInfo(received),
    key: received.resource,
    termsVersion: received.termsVersion,
    termsWrappedCekB64: toBase64(received.termsWrappedCek),
    sealedTermsB64: toBase64(received.sealedTerms),
  };
}
