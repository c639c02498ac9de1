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
 * Wraps the key of a new version to each recipient of a share, so that their shares go on working: one write each,
 * for the transaction that writes the version.
 *
 * @throws Tampered where a recipient's keys are gone or are none: then nobody gets the new version
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
  return rewrapEach(table, orgId, record.version, grants, now, rewrap);
}

type Rewrapped = { readonly shareId: string; readonly wrappedCekB64: Uint8Array };

/**
 * The same with keys that the client has wrapped: one for each share that is active.
 *
 * @throws ApiError CONFLICT for other shares, INVALID_REQUEST for a key that is wrapped to someone else @throws Tampered
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
  return rewrapEach(table, orgId, version, grants, now, (keys, { shareId, recipientUserId }) => {
    const place = places.get(shareId) as number;
    const { wrappedCekB64 } = shares[place] as Rewrapped;
    requireWrapped(`shares.${place}.wrappedCekB64`, wrappedCekB64, keys, recipientUserId);
    return wrappedCekB64;
  });
}

async function rewrapEach(
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
