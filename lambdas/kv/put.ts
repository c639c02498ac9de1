import { kv } from '../contract/kv.ts';
import { limits } from '../contract/limits.ts';
import { wipe } from '../crypto/bytes.ts';
import { valueContext } from '../crypto/context.ts';
import { endpoint } from '../shared/endpoint.ts';
import { countWithinPlan, readOwnOrg, requireSize } from '../shared/plan.ts';
import { rewrapForRecipients } from '../shared/rewrap.ts';
import { publicKeysOf, requireKeys, vault } from '../shared/vault.ts';
import { getKeys } from '../stores/keys.ts';
import { getValue, putValue, type StoredValue } from '../stores/kv.ts';
import { listGrants } from '../stores/shares.ts';
import { placeCiphertext, releaseCiphertext } from '../stores/vault-ciphertext.ts';

export const handler = endpoint(kv.put, async ({ params: { key }, body }, context) => {
  const { caller, platform, now, admitted } = context;
  const { orgId, userId } = caller;
  const { table } = platform;
  const shared = { kind: 'kv', ownerUserId: userId, resource: key } as const;
  const [known, found, org, grants] = await Promise.all([
    getValue(table, userId, key),
    getKeys(table, orgId, userId),
    readOwnOrg(table, caller),
    listGrants(table, shared, now, { limit: 2 * limits.sharesPerRecord }),
  ]);
  const keys = requireKeys(found);
  const size = Buffer.byteLength(key) + body.valueB64.length;
  requireSize(size, org.plan.maxKeyPlusValueBytes, 'a value with its name');

  const version = (known?.version ?? 0) + 1;
  const updatedUtc = now.toISOString();
  const record = valueContext(orgId, userId, key, version);
  const { envelope, cek } = vault.sealValue(record, body.valueB64);
  const wrappedCek = vault.wrapCek(publicKeysOf(keys), record, cek);
  const rewrapped = await rewrapForRecipients(table, orgId, record, cek, shared, grants.items, updatedUtc);
  wipe(cek);
  await admitted();
  const { place, writes } = await placeCiphertext(platform.objects, envelope);
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
      putValue(userId, key, value, known),
      ...(known ? [] : [countWithinPlan(org, 'records')]),
      ...rewrapped,
      ...writes,
      ...releaseCiphertext(known),
    ],
    audit: { resource: `kv/${key}` },
  };
});
