import { toBase64 } from '../../crypto/encoding/base64.ts';
import type { Grant, Received } from '../stores/shares.ts';

/** A share that was just made. */
export function createdInfo({ shareId, recipientUserId, permission, createdAt, expiresAt }: Grant) {
  return { shareId, recipientUserId, permission, createdUtc: createdAt, expiresUtc: expiresAt };
}

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

/** A share of a value with what its recipient's client opens the terms by. */
export function sealedValueInfo(received: Received) {
  return {
    ...receivedInfo(received),
    key: received.resource,
    termsVersion: received.termsVersion,
    termsWrappedCekB64: toBase64(received.termsWrappedCek),
    sealedTermsB64: toBase64(received.sealedTerms),
  };
}
