import { kv } from '../../contract/kv.ts';
import { valueContext } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getValue } from '../stores/kv.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { decryptValue } from '../vault/kv-value.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';

export const handler = endpoint(kv.get, async ({ params: { key } }, context) => {
  const { caller, platform } = context;
  const { orgId, userId } = caller;
  const [ring, value] = await Promise.all([readKeyRing(context), getValue(platform.table, userId, key)]);
  if (!value) throw new ApiError('NOT_FOUND');
  const pairs = await ring.unlock();
  try {
    const cek = vaultCrypto.unwrapCek(
      pairs,
      valueContext(orgId, userId, key, value.version),
      value.wrappedCek,
    );
    const plaintext = await decryptValue(platform.objects, caller, key, value, cek);
    return { status: 200, body: { valueB64: toBase64(plaintext) }, audit: { resource: `kv/${key}` } };
  } finally {
    pairs.wipe();
  }
});
