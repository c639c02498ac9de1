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

type RequestedShare = {
  readonly recipientUserId: string;
  readonly permission: 'read';
  readonly expiresUtc?: string | null | undefined;
  readonly alias?: string | null | undefined;
};

/** Owner and recipient of a new share, and the existing shares of the record. */
export type Sharing = {
  readonly owner: Member;
  readonly recipient: Member;
  readonly recipientKeys: StoredKeys | undefined;
  readonly grants: readonly Grant[];
};

/**
 * @throws ApiError INVALID_REQUEST if the recipient is the owner, or the expiry is in the past
 * @throws ApiError NOT_FOUND if the recipient is not in the caller's org
 * @throws Tampered
 */
export async function readSharing(
  table: Table,
  { orgId, userId }: UserCaller,
  shared: Shared,
  { recipientUserId, expiresUtc }: RequestedShare,
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

/** The parts of a new share that only its recipient can decrypt. */
type SealedShare = {
  readonly shareId: string;
  /** Content key of the record, wrapped to the recipient. */
  readonly wrappedCek: Uint8Array;
  /** The terms, sealed under the content key. */
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
 * Creates a share: wraps the content key to the recipient and seals the terms under it.
 *
 * @param record the shared record in its current version
 * @param cek its content key, which is wiped
 * @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES @throws Tampered
 */
export function sealShare(
  shared: Shared,
  record: RecordContext,
  cek: Cek,
  sharing: Sharing,
  requested: RequestedShare,
  now: Date,
): NewShare {
  const recipientKeys = requireShareable(sharing);
  const shareId = uuidv7();
  const { permission } = requested;
  const { name: ownerName } = sharing.owner;
  const terms = { permission, ownerName, expiresAt: expiryOf(requested), alias: requested.alias ?? null };
  const sealedTerms = vaultCrypto.sealTerms(cek, record, shareId, terms);
  const wrappedCek = vaultCrypto.wrapCek(publicKeysOf(recipientKeys), record, cek);
  wipe(cek);
  return createShare(shared, record.version, { shareId, wrappedCek, sealedTerms }, sharing, requested, now);
}

type RequestedSealedShare = RequestedShare & {
  readonly shareId: string;
  readonly wrappedCekB64: Uint8Array;
  readonly sealedTermsB64: Uint8Array;
};

/**
 * Creates a share that a client has sealed.
 *
 * @param version of the record that the share is sealed for
 * @throws ApiError RECIPIENT_KEYS_REQUIRED, SHARE_EXISTS, TOO_MANY_SHARES, INVALID_REQUEST
 */
export function parseSealedShare(
  shared: Shared,
  version: number,
  requested: RequestedSealedShare,
  sharing: Sharing,
  now: Date,
): NewShare {
  const { shareId, wrappedCekB64: wrappedCek, sealedTermsB64: sealedTerms } = requested;
  requireWrapped('wrappedCekB64', wrappedCek, requireShareable(sharing), 'the recipient');
  requireSealed('sealedTermsB64', sealedTerms);
  return createShare(shared, version, { shareId, wrappedCek, sealedTerms }, sharing, requested, now);
}

/**
 * Returns a share and its writes. Commit them with a write that fails if the set of shares has changed.
 *
 * @param version of the record that the share is sealed for
 */
function createShare(
  shared: Shared,
  version: number,
  { shareId, wrappedCek, sealedTerms }: SealedShare,
  { owner, recipient }: Sharing,
  requested: RequestedShare,
  now: Date,
): NewShare {
  const { permission } = requested;
  const times = {
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    expiresAt: expiryOf(requested),
  };
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

function expiryOf({ expiresUtc }: RequestedShare): string | null {
  return expiresUtc ? new Date(expiresUtc).toISOString() : null;
}
