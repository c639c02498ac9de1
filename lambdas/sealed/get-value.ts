import { sealed } from '../../contract/sealed.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getValue } from '../stores/kv.ts';
import { readCiphertext } from '../stores/vault-ciphertext.ts';

export const handler = endpoint(sealed.getValue, async ({ params: { key } }, { caller, platform }) => {
  const value = await getValue(platform.table, caller.userId, key);
  if (!value) throw new ApiError('NOT_FOUND');
  const { version, wrappedCek, updatedAt } = value;
  const envelope = await readCiphertext(platform.objects, value);
  return {
    status: 200,
    body: {
      version,
      wrappedCekB64: toBase64(wrappedCek),
      envelopeB64: toBase64(envelope),
      updatedUtc: updatedAt,
    },
    audit: { resource: `kv/${key}` },
  };
});
