import { limits } from '../contract/limits.ts';
import { wipe } from '../crypto/bytes.ts';
import type { RecordContext } from '../crypto/context.ts';
import type { Cek } from '../crypto/envelope.ts';
import type { Table, Write } from '../platform/table.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { getMember, type Member } from '../stores/members.ts';
import { addShare, type Grant, listGrants, type Shared } from '../stores/shares.ts';
import { ApiError, invalid } from './api-error.ts';
import type { UserCaller } from './caller.ts';
import { uuidv7 } from './ids.ts';
import { sealTerms } from './share-terms.ts';
import { publicKeysOf, vault } from './vault.ts';

type Asked = {
  readonly recipientUserId: string;
  readonly permission: 'read';
  readonly expiresUtc?: string | null | undefined;
  readonly alias?: string | null | undefined;
};

/** Who shares with whom, and with whom it is shared already. */
export type Sharing = {
  readonly owner: Member;
  readonly recipient: Member;
  readonly recipientKeys: StoredKeys | undefined;
  readonly grants: readonly Grant[];
};

/**
 * @throws ApiError INVALID_REQUEST for oneself and for an expiry that is past
 * @throws ApiError NOT_FOUND for a recipient who is not of the caller's org
 * @throws Tampered
 */
export async function readSharing(
  table: Table,
  { orgId, userId }: UserCaller,
  shared: Shared,
  { recipientUserId, expiresUtc }: Asked,
  now: Date,
): Promise<Sharing> {
  if (recipientUserId === userId) throw invalid('recipientUserId', 'is the owner');
  if (expiresUtc && !(Date.parse(expiresUtc) > now.getTime())) {
    throw invalid('expiresUtc', 'must be in the future');
  }
  const [owner, recipient, recipientKeys, grants] = await Promise.all([
    getMember(table, orgId, userId),
    getMember(table, orgId, recipientUserId),
    getKeys(table, orgId, recipientUserId),
    listGrants(table, shared, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  if (!owner || !recipient) throw new ApiError('NOT_FOUND');
  return { owner, recipient, recipientKeys, grants: grants.items };
}

/**
 * A new share: the key of what is shared, wrapped to the recipient, and the terms under it. Its writes go with one that
 * fails where the set of shares has changed.
 *
 * @param record what is shared, in its present version
 * @param cek its key, which is wiped
 * @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES @throws Tampered
 */
export function newShare(
  shared: Shared,
  record: RecordContext,
  cek: Cek,
  { owner, recipient, recipientKeys, grants }: Sharing,
  asked: Asked,
  now: Date,
): { readonly grant: Grant; readonly writes: readonly Write[] } {
  if (!recipientKeys) throw new ApiError('RECIPIENT_KEYS_REQUIRED');
  const recipientUserId = recipient.userId;
  if (grants.some((grant) => grant.recipientUserId === recipientUserId)) throw new ApiError('SHARE_EXISTS');
  if (grants.length >= limits.sharesPerRecord) throw new ApiError('TOO_MANY_SHARES');

  const shareId = uuidv7();
  const { version } = record;
  const terms = {
    permission: asked.permission,
    ownerName: owner.name,
    expiresAt: asked.expiresUtc ? new Date(asked.expiresUtc).toISOString() : null,
    alias: asked.alias ?? null,
  };
  const sealedTerms = sealTerms(cek, record, shareId, terms);
  const wrappedCek = vault.wrapCek(publicKeysOf(recipientKeys), record, cek);
  wipe(cek);
  const { permission, ownerName, expiresAt } = terms;
  const times = { createdAt: now.toISOString(), updatedAt: now.toISOString(), expiresAt };
  const grant: Grant = {
    shareId,
    recipientUserId,
    recipientName: recipient.name,
    permission,
    ...times,
    firstAccessAt: null,
    lastAccessAt: null,
  };
  const received = {
    shareId,
    ownerUserId: shared.ownerUserId,
    ownerName,
    resource: shared.resource,
    permission,
    ...times,
    version,
    wrappedCek,
    termsVersion: version,
    termsWrappedCek: wrappedCek,
    sealedTerms,
  };
  return { grant, writes: addShare(shared, grant, received) };
}
