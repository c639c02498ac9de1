import { kv } from '../../contract/kv.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { loadDraft, saveDraft } from '../vault/kv-value.ts';
import { rewrapForRecipients } from '../vault/rewrap.ts';
import { publicKeysOf, vault } from '../vault/vault.ts';

export const handler = endpoint(kv.put, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const { orgId, userId } = caller;
  const { known, keys, org, grants, next: version } = await loadDraft(context, key);
  const record = valueContext(orgId, userId, key, version);
  const { envelope, cek } = vault.sealValue(record, body.valueB64);
  const wrappedCek = vault.wrapCek(publicKeysOf(keys), record, cek);
  const rewrapped = await rewrapForRecipients(platform.table, orgId, record, cek, grants, now);
  wipe(cek);
  const size = body.valueB64.length;
  return saveDraft(context, { org, key, known, version, size, envelope, wrappedCek, rewrapped });
});
