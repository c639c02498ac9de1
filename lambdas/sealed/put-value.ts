import { sealed } from '../../contract/sealed.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { readForWrite, writeValue } from '../vault/kv-value.ts';
import { takeRewrapped } from '../vault/rewrap.ts';
import { requireSealed, requireWrapped } from '../vault/sealed-input.ts';

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
