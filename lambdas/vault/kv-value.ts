import { limits } from '../../contract/limits.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { Objects } from '../../platform/objects.ts';
import type { Write } from '../../platform/table.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context, OperationResult } from '../pipeline/operation.ts';
import { getKeys } from '../stores/keys.ts';
import { getValue, putValue, type StoredValue } from '../stores/kv.ts';
import type { Org } from '../stores/orgs.ts';
import { listGrants } from '../stores/shares.ts';
import { deleteCiphertext, readCiphertext, storeCiphertext } from '../stores/vault-ciphertext.ts';
import { vaultCrypto } from './node-vault-crypto.ts';
import { countWithinPlan, readOwnOrg, requireSize } from './plan.ts';
import { requireKeys } from './stored-keys.ts';

type WriteContext = Pick<Context, 'platform' | 'now'> & { readonly caller: UserCaller };

/** A value that was sealed by a handler or by a client. */
type SealedValue = {
  /** Plaintext size in bytes. */
  readonly size: number;
  readonly envelope: Uint8Array;
  readonly wrappedCek: Uint8Array;
  /** One write for each share of the value. */
  readonly rewrapped: readonly Write[];
};

/**
 * Reads what a new version of a value depends on: the version that it replaces, the caller's keys, the shares.
 *
 * @throws ApiError KEYS_REQUIRED @throws Tampered
 */
export async function loadDraft(context: WriteContext, key: string) {
  const { platform, caller, now } = context;
  const { table } = platform;
  const { orgId, userId } = caller;
  const record = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [existing, keys, org, grants] = await Promise.all([
    getValue(table, userId, key),
    getKeys(table, orgId, userId),
    readOwnOrg(table, caller),
    listGrants(table, record, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  const version = (existing?.version ?? 0) + 1;
  return {
    keys: requireKeys(keys),
    grants: grants.items,
    /** The version to seal the value for. */
    version,
    /** @throws ApiError PLAN_LIMIT_REACHED */
    save: (sealed: SealedValue) => storeVersion(context, { org, key, existing, version }, sealed),
  };
}

type NewVersion = {
  readonly org: Org;
  readonly key: string;
  readonly existing: StoredValue | undefined;
  readonly version: number;
};

async function storeVersion(
  { caller, platform, now }: WriteContext,
  { org, key, existing, version }: NewVersion,
  { size, envelope, wrappedCek, rewrapped }: SealedValue,
) {
  requireSize(Buffer.byteLength(key) + size, org.plan.maxKeyPlusValueBytes, 'a value with its name');
  const { place, writes } = await storeCiphertext(platform.objects, envelope);
  const updatedUtc = now.toISOString();
  const value: StoredValue = {
    version,
    shareRevision: existing?.shareRevision ?? 0,
    createdAt: existing?.createdAt ?? updatedUtc,
    updatedAt: updatedUtc,
    wrappedCek,
    ...place,
  };
  return {
    status: existing ? 200 : 201,
    body: { key, version, updatedUtc },
    writes: [
      putValue(caller.userId, key, value, existing),
      ...(existing ? [] : [countWithinPlan(org, 'records')]),
      ...rewrapped,
      ...writes,
      ...deleteCiphertext(existing),
    ],
    audit: { resource: `kv/${key}` },
  } as const satisfies OperationResult;
}

/**
 * Decrypts a stored value with its content key, and wipes the key.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export async function decryptValue(
  objects: Objects,
  owner: { readonly orgId: string; readonly userId: string },
  key: string,
  value: StoredValue,
  cek: Cek,
): Promise<Uint8Array> {
  try {
    const context = valueContext(owner.orgId, owner.userId, key, value.version);
    return vaultCrypto.openValue(cek, context, await readCiphertext(objects, value));
  } finally {
    wipe(cek);
  }
}
