import { sealed } from '../../contract/sealed.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addKeys } from '../stores/keys.ts';
import { parseSealedPrivateKeys, requirePublicKeys } from '../vault/sealed-input.ts';

export const handler = endpoint(sealed.createKeys, async ({ body }, { caller, now }) => {
  const { orgId, userId } = caller;
  const { publicKeyB64: publicKey, publicKeyKyberB64: publicKeyKyber } = body;
  requirePublicKeys({ x25519: publicKey, mlKem768: publicKeyKyber });
  const fields = parseSealedPrivateKeys({ org: orgId, user: userId }, 1, body, now);
  const keys = { publicKey, publicKeyKyber, ...fields, createdAt: now.toISOString() };
  return {
    status: 201,
    body: { publicKeyB64: toBase64(publicKey), publicKeyKyberB64: toBase64(publicKeyKyber) },
    writes: [{ ...addKeys(orgId, userId, keys), onConflict: 'KEYS_EXIST' }],
    audit: { resource: `users/${userId}/keys` },
  };
});
