import { kv } from '../../contract/kv.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { loadDraft } from '../vault/kv-value.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { rewrapForRecipients } from '../vault/rewrap.ts';
import { publicKeysOf } from '../vault/stored-keys.ts';

export const handler = endpoint(kv.put, async ({ params: { key }, body }, context) => {
  const { caller, platform, now } = context;
  const { orgId, userId } = caller;
  const draft = await loadDraft(context, key);
  const record = valueContext(orgId, userId, key, draft.version);
  const { envelope, cek } = vaultCrypto.sealValue(record, body.valueB64);
  const wrappedCek = vaultCrypto.wrapCek(publicKeysOf(draft.keys), record, cek);
  const rewrapped = await rewrapForRecipients(platform.table, orgId, record, cek, draft.grants, now);
  wipe(cek);
  return draft.save({ size: body.valueB64.length, envelope, wrappedCek, rewrapped });
});
