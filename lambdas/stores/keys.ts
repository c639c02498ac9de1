import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';

const StoredKeys = z.object({
  /** Counted up by each rekey. */
  keyVersion: z.int().min(1),
  publicKey: Bytes,
  publicKeyKyber: Bytes,
  /** What the KEK is derived by, beside the user secret. */
  kekRecord: Bytes,
  sealedPrivateKey: Bytes,
  sealedPrivateKeyKyber: Bytes,
  /** By which a client that keeps its user secret replaces the private keys; see crypto/rekey-proof.ts. */
  rekeyVerifier: Bytes,
  createdAt: Time,
  updatedAt: Time,
});

/** A user's key pairs: the public keys, which never change, and the private ones under the user secret. */
export type StoredKeys = Readonly<z.output<typeof StoredKeys>>;

/** What a rekey replaces. */
export type PrivateKeyFields = Omit<StoredKeys, 'publicKey' | 'publicKeyKyber' | 'createdAt'>;

/** In the partition of the org, so that a user of another org has no keys here. */
const keyOf = (orgId: string, userId: string) => ({ pk: orgId, sk: userId });

/** @throws Tampered */
export async function getKeys(table: Table, orgId: string, userId: string): Promise<StoredKeys | undefined> {
  return parseItem(StoredKeys, await table.get('keys', keyOf(orgId, userId)));
}

/** The keys of those users of an org who have any, by user id, within a closed range of ids. @throws Tampered */
export async function listKeys(
  table: Table,
  orgId: string,
  range: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<ReadonlyMap<string, StoredKeys>> {
  const { items } = await table.query({ table: 'keys', pk: orgId, ...range });
  return new Map(items.map((item) => [item.sk, parseItem(StoredKeys, item)]));
}

export function addKeys(orgId: string, userId: string, keys: StoredKeys): Write {
  return { table: 'keys', put: { ...keyOf(orgId, userId), ...keys }, if: ['absent'] };
}

/** Replaces the private keys where nobody did so in between, and leaves everything else of the record. */
export function replacePrivateKeys(
  orgId: string,
  userId: string,
  fields: PrivateKeyFields,
  knownVersion: number,
): Write {
  return {
    table: 'keys',
    update: keyOf(orgId, userId),
    set: fields,
    if: [{ field: 'keyVersion', equals: knownVersion }],
  };
}
