import { limits } from '../../contract/limits.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { Table, Write } from '../../platform/table.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { getMember, type Member } from '../stores/members.ts';
import { addShare, type Grant, listGrants, type Shared } from '../stores/shares.ts';
import { vaultCrypto } from './node-vault-crypto.ts';
import { requireSealed, requireWrapped } from './sealed-input.ts';
import { publicKeysOf } from './stored-keys.ts';

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

/** What there is of a new share that only its recipient can open. */
type SealedShare = {
  readonly shareId: string;
  /** The key of what is shared, wrapped to the recipient. */
  readonly wrappedCek: Uint8Array;
  /** The terms, under that key. */
  readonly sealedTerms: Uint8Array;
};

type NewShare = { readonly grant: Grant; readonly writes: readonly Write[] };

/** @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES */
function requireShareable({ recipient, recipientKeys, grants }: Sharing): StoredKeys {
  if (!recipientKeys) throw new ApiError('RECIPIENT_KEYS_REQUIRED');
  if (grants.some(({ recipientUserId }) => recipientUserId === recipient.userId)) {
    throw new ApiError('SHARE_EXISTS');
  }
  if (grants.length >= limits.sharesPerRecord) throw new ApiError('TOO_MANY_SHARES');
  return recipientKeys;
}

/**
 * A new share, sealed here: the key of what is shared, wrapped to the recipient, and the terms under it.
 *
 * @param record what is shared, in its present version
 * @param cek its key, which is wiped
 * @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES @throws Tampered
 */
export function newShare(
  shared: Shared,
  record: RecordContext,
  cek: Cek,
  sharing: Sharing,
  asked: Asked,
  now: Date,
): NewShare {
  const recipientKeys = requireShareable(sharing);
  const shareId = uuidv7();
  const { permission } = asked;
  const { name: ownerName } = sharing.owner;
  const terms = { permission, ownerName, expiresAt: expiryOf(asked), alias: asked.alias ?? null };
  const sealedTerms = vaultCrypto.sealTerms(cek, record, shareId, terms);
  const wrappedCek = vaultCrypto.wrapCek(publicKeysOf(recipientKeys), record, cek);
  wipe(cek);
  return shareOf(shared, record.version, { shareId, wrappedCek, sealedTerms }, sharing, asked, now);
}

type Sealed = Asked & {
  readonly shareId: string;
  readonly wrappedCekB64: Uint8Array;
  readonly sealedTermsB64: Uint8Array;
};

/**
 * A new share as a client has sealed it.
 *
 * @param version of what is shared, for which it is sealed
 * @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES, INVALID_REQUEST
 */
export function sealedShare(
  shared: Shared,
  version: number,
  asked: Sealed,
  sharing: Sharing,
  now: Date,
): NewShare {
  const { shareId, wrappedCekB64: wrappedCek, sealedTermsB64: sealedTerms } = asked;
  requireWrapped('wrappedCekB64', wrappedCek, requireShareable(sharing), 'the recipient');
  requireSealed('sealedTermsB64', sealedTerms);
  return shareOf(shared, version, { shareId, wrappedCek, sealedTerms }, sharing, asked, now);
}

/**
 * A new share, sealed here or by a client. Its writes go with one that fails where the set of shares has changed.
 *
 * @param version of what is shared, for which it is sealed
 */
function shareOf(
  shared: Shared,
  version: number,
  { shareId, wrappedCek, sealedTerms }: SealedShare,
  { owner, recipient }: Sharing,
  asked: Asked,
  now: Date,
): NewShare {
  const { permission } = asked;
  const times = { createdAt: now.toISOString(), updatedAt: now.toISOString(), expiresAt: expiryOf(asked) };
  const grant: Grant = {
    shareId,
    recipientUserId: recipient.userId,
    recipientName: recipient.name,
    permission,
    ...times,
    firstAccessAt: null,
    lastAccessAt: null,
  };
  const received = {
    shareId,
    ownerUserId: shared.ownerUserId,
    ownerName: owner.name,
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

function expiryOf({ expiresUtc }: Asked): string | null {
  return expiresUtc ? new Date(expiresUtc).toISOString() : null;
}
