import { limits } from '../../contract/limits.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { Objects } from '../../platform/objects.ts';
import type { Write } from '../../platform/table.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';
import { getKeys } from '../stores/keys.ts';
import { getValue, putValue, type StoredValue } from '../stores/kv.ts';
import type { Org } from '../stores/orgs.ts';
import { listGrants } from '../stores/shares.ts';
import { deleteCiphertext, readCiphertext, storeCiphertext } from '../stores/vault-ciphertext.ts';
import { countWithinPlan, readOwnOrg, requireSize } from './plan.ts';
import { requireKeys, vault } from './vault.ts';

/**
 * What has to be known before a value is written.
 *
 * @throws ApiError KEYS_REQUIRED @throws Tampered
 */
export async function loadDraft(
  { platform: { table }, caller, now }: Pick<Context, 'platform' | 'now'> & { readonly caller: UserCaller },
  key: string,
) {
  const { orgId, userId } = caller;
  const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [known, keys, org, grants] = await Promise.all([
    getValue(table, userId, key),
    getKeys(table, orgId, userId),
    readOwnOrg(table, caller),
    listGrants(table, shared, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  return { known, keys: requireKeys(keys), org, grants: grants.items, next: (known?.version ?? 0) + 1 };
}

type NewValue = {
  readonly org: Org;
  readonly key: string;
  /** What it replaces. */
  readonly known: StoredValue | undefined;
  /** For which it is sealed. */
  readonly version: number;
  /** Of the plaintext, in bytes. */
  readonly size: number;
  readonly envelope: Uint8Array;
  readonly wrappedCek: Uint8Array;
  /** One write for each share of the value. */
  readonly rewrapped: readonly Write[];
};

/**
 * The answer that stores a value, sealed here or by a client.
 *
 * @throws ApiError PLAN_LIMIT_REACHED
 */
export async function saveDraft(
  {
    caller,
    platform,
    now,
    admitted,
  }: Pick<Context, 'platform' | 'now' | 'admitted'> & { readonly caller: UserCaller },
  { org, key, known, version, size, envelope, wrappedCek, rewrapped }: NewValue,
) {
  requireSize(Buffer.byteLength(key) + size, org.plan.maxKeyPlusValueBytes, 'a value with its name');
  await admitted();
  const { place, writes } = await storeCiphertext(platform.objects, envelope);
  const updatedUtc = now.toISOString();
  const value: StoredValue = {
    version,
    shareRevision: known?.shareRevision ?? 0,
    createdAt: known?.createdAt ?? updatedUtc,
    updatedAt: updatedUtc,
    wrappedCek,
    ...place,
  };
  return {
    status: known ? 200 : 201,
    body: { key, version, updatedUtc },
    writes: [
      putValue(caller.userId, key, value, known),
      ...(known ? [] : [countWithinPlan(org, 'records')]),
      ...rewrapped,
      ...writes,
      ...deleteCiphertext(known),
    ],
    audit: { resource: `kv/${key}` },
  } as const;
}

/**
 * The value, by its key, which is wiped.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export async function openStoredValue(
  objects: Objects,
  owner: { readonly orgId: string; readonly userId: string },
  key: string,
  value: StoredValue,
  cek: Cek,
): Promise<Uint8Array> {
  try {
    const context = valueContext(owner.orgId, owner.userId, key, value.version);
    return vault.openValue(cek, context, await readCiphertext(objects, value));
  } finally {
    wipe(cek);
  }
}
