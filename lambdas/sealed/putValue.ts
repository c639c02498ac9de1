import { sealed } from '../contract/sealed.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { readForWrite, writeValue } from '../shared/kv-value.ts';
import { takeRewrapped } from '../shared/rewrap.ts';
import { requireSealed, requireWrapped } from '../shared/sealed.ts';

export const handler = endpoint(sealed.putValue, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const { known, keys, org, grants, next } = await readForWrite(context, key);
  const { version, wrappedCekB64: wrappedCek, envelopeB64: envelope, shares } = body;
  requireWrapped('wrappedCekB64', wrappedCek, keys, 'the caller');
  const size = requireSealed('envelopeB64', envelope);
  if (version !== next) throw new ApiError('CONFLICT');
  const rewrapped = await takeRewrapped(platform.table, caller.orgId, version, shares, grants, now);
  return writeValue(context, { org, key, known, version, size, envelope, wrappedCek, rewrapped });
});
