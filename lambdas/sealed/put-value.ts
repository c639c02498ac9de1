import { sealed } from '../../contract/sealed.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { loadDraft } from '../vault/kv-value.ts';
import { parseRewrapped } from '../vault/rewrap.ts';
import { requireSealed, requireWrapped } from '../vault/sealed-input.ts';

export const handler = endpoint(sealed.putValue, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const draft = await loadDraft(context, key);
  const { version, wrappedCekB64: wrappedCek, envelopeB64: envelope, shares } = body;
  requireWrapped('wrappedCekB64', wrappedCek, draft.keys, 'the caller');
  const size = requireSealed('envelopeB64', envelope);
  if (version !== draft.version) throw new ApiError('CONFLICT');
  const rewrapped = await parseRewrapped(platform.table, caller.orgId, version, shares, draft.grants, now);
  return draft.save({ size, envelope, wrappedCek, rewrapped });
});
