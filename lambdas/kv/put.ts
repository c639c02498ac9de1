import { kv } from '../contract/kv.ts';
import { limits } from '../contract/limits.ts';
import { wipe } from '../crypto/bytes.ts';
import { valueContext } from '../crypto/context.ts';
import { endpoint } from '../shared/endpoint.ts';
import { writeValue } from '../shared/kv-value.ts';
import { readOwnOrg } from '../shared/plan.ts';
import { rewrapForRecipients } from '../shared/rewrap.ts';
import { publicKeysOf, requireKeys, vault } from '../shared/vault.ts';
import { getKeys } from '../stores/keys.ts';
import { getValue } from '../stores/kv.ts';
import { listGrants } from '../stores/shares.ts';

export const handler = endpoint(kv.put, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
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
  const version = (known?.version ?? 0) + 1;
  const record = valueContext(orgId, userId, key, version);
  const { envelope, cek } = vault.sealValue(record, body.valueB64);
  const wrappedCek = vault.wrapCek(publicKeysOf(keys), record, cek);
  const rewrapped = await rewrapForRecipients(table, orgId, record, cek, grants.items, now);
  wipe(cek);
  const size = body.valueB64.length;
  return writeValue(context, { org, key, known, version, size, envelope, wrappedCek, rewrapped });
});
