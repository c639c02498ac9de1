import { limits } from '../contract/limits.ts';
import { sealed } from '../contract/sealed.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { writeValue } from '../shared/kv-value.ts';
import { readOwnOrg } from '../shared/plan.ts';
import { takeRewrapped } from '../shared/rewrap.ts';
import { requireSealed, requireWrapped } from '../shared/sealed.ts';
import { requireKeys } from '../shared/vault.ts';
import { getKeys } from '../stores/keys.ts';
import { getValue } from '../stores/kv.ts';
import { listGrants } from '../stores/shares.ts';

export const handler = endpoint(sealed.putValue, async ({ params: { key }, body }, context) => {
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
  const { version, wrappedCekB64: wrappedCek, envelopeB64: envelope, shares } = body;
  requireWrapped('wrappedCekB64', wrappedCek, requireKeys(found), 'the caller');
  const size = requireSealed('envelopeB64', envelope);
  if (version !== (known?.version ?? 0) + 1) throw new ApiError('CONFLICT');
  const rewrapped = await takeRewrapped(table, orgId, version, shares, grants.items, now);
  return writeValue(context, { org, key, known, version, size, envelope, wrappedCek, rewrapped });
});
