import { sealed } from '../../contract/sealed.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { markAccess } from '../stores/shares.ts';
import { readCiphertext } from '../stores/vault-ciphertext.ts';
import { sealedValueInfo } from '../vault/share-info.ts';
import { readSharedValue } from '../vault/shared-value.ts';

export const handler = endpoint(sealed.getSharedValue, async ({ params: { shareId } }, context) => {
  const { caller, platform, now } = context;
  const found = await readSharedValue(platform.table, caller.userId, shareId, now);
  const { received, value, grant, shared } = found;
  const envelope = await readCiphertext(platform.objects, value);
  return {
    status: 200,
    body: {
      ...sealedValueInfo(received),
      version: received.version,
      wrappedCekB64: toBase64(received.wrappedCek),
      envelopeB64: toBase64(envelope),
    },
    writes: [markAccess(shared, grant, now)],
    audit: { resource: `kv/shared/${shareId}` },
  };
});
