import { Tampered } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { Table, Write } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { type Grant, rewrapShare } from '../stores/shares.ts';
import { vaultCrypto } from './node-vault-crypto.ts';
import { requireWrapped } from './sealed-input.ts';
import { publicKeysOf } from './stored-keys.ts';

/**
 * Wraps the content key of a new version to each recipient, so that their shares keep working. Returns one write per
 * share, for the transaction that writes the version.
 *
 * @throws Tampered if a recipient's keys are missing or invalid; then no one gets the new version
 */
export async function rewrapForRecipients(
  table: Table,
  orgId: string,
  record: RecordContext,
  cek: Cek,
  grants: readonly Grant[],
  now: Date,
): Promise<readonly Write[]> {
  const rewrap = (keys: StoredKeys) => vaultCrypto.wrapCek(publicKeysOf(keys), record, cek);
  return writeRewrapped(table, orgId, record.version, grants, now, rewrap);
}

type Rewrapped = { readonly shareId: string; readonly wrappedCekB64: Uint8Array };

/**
 * Like `rewrapForRecipients`, with keys that the client has wrapped: one for each active share.
 *
 * @throws ApiError CONFLICT if these are not the active shares, INVALID_REQUEST if a key is wrapped to someone else
 * @throws Tampered
 */
export async function parseRewrapped(
  table: Table,
  orgId: string,
  version: number,
  shares: readonly Rewrapped[],
  grants: readonly Grant[],
  now: Date,
): Promise<readonly Write[]> {
  const places = new Map(shares.map(({ shareId }, place) => [shareId, place]));
  const active = grants.every(({ shareId }) => places.has(shareId));
  if (!active || shares.length !== grants.length) throw new ApiError('CONFLICT');
  return writeRewrapped(table, orgId, version, grants, now, (keys, { shareId, recipientUserId }) => {
    const place = places.get(shareId) as number;
    const { wrappedCekB64 } = shares[place] as Rewrapped;
    requireWrapped(`shares.${place}.wrappedCekB64`, wrappedCekB64, keys, recipientUserId);
    return wrappedCekB64;
  });
}

async function writeRewrapped(
  table: Table,
  orgId: string,
  version: number,
  grants: readonly Grant[],
  now: Date,
  rewrap: (keys: StoredKeys, grant: Grant) => Uint8Array,
): Promise<readonly Write[]> {
  const write = async (grant: Grant): Promise<Write> => {
    const keys = await getKeys(table, orgId, grant.recipientUserId);
    if (!keys) throw new Tampered();
    return rewrapShare('kv', grant, {
      version,
      wrappedCek: rewrap(keys, grant),
      updatedAt: now.toISOString(),
    });
  };
  return Promise.all(grants.map(write));
}
