import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, Time } from './stored.ts';

const StoredKeys = z.object({
  /** Incremented by each rekey. */
  keyVersion: z.int().min(1),
  publicKey: Bytes,
  publicKeyKyber: Bytes,
  /** The parameters that derive the KEK from the user secret. */
  kekRecord: Bytes,
  sealedPrivateKey: Bytes,
  sealedPrivateKeyKyber: Bytes,
  /** Lets a client that keeps its user secret replace the private keys; see crypto/vault/rekey-proof.ts. */
  rekeyVerifier: Bytes,
  createdAt: Time,
  updatedAt: Time,
});

/** A user's key pairs: the public keys, which never change, and the private keys, sealed under the user secret. */
export type StoredKeys = Readonly<z.output<typeof StoredKeys>>;

/** The fields that a rekey replaces. */
export type PrivateKeyFields = Omit<StoredKeys, 'publicKey' | 'publicKeyKyber' | 'createdAt'>;

/** Keys are partitioned by org, so a user of another org has no keys here. */
const keyOf = (orgId: string, userId: string) => ({ pk: orgId, sk: userId });

/** @throws Tampered */
export async function getKeys(table: Table, orgId: string, userId: string): Promise<StoredKeys | undefined> {
  return parseItem(StoredKeys, await table.get('keys', keyOf(orgId, userId)));
}

/**
 * Lists the keys of the users of an org, by user ID, within a closed range of IDs. Users without keys are omitted.
 * @throws Tampered
 */
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

/** Replaces the private keys and keeps all other fields. Fails if someone else has replaced them in the meantime. */
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
