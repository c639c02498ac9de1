import { keys } from '../../contract/keys.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addKeys, getKeys } from '../stores/keys.ts';
import { sealUnderSecret } from '../vault/new-private-keys.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { readSecretToSet } from '../vault/user-secret.ts';

export const handler = endpoint(keys.generate, async (_, context) => {
  const { caller, platform, now, headers } = context;
  const { orgId, userId } = caller;
  const secret = readSecretToSet(headers);
  if (await getKeys(platform.table, orgId, userId)) throw new ApiError('KEYS_EXIST');

  const pairs = vaultCrypto.generateKeyPairs();
  const { x25519, mlKem768 } = pairs.publicKeys;
  const fields = await sealUnderSecret(context, secret, 1, pairs);
  const write = addKeys(orgId, userId, {
    ...fields,
    publicKey: x25519,
    publicKeyKyber: mlKem768,
    createdAt: now.toISOString(),
  });
  return {
    status: 201,
    body: { publicKeyB64: toBase64(x25519), publicKeyKyberB64: toBase64(mlKem768) },
    writes: [{ ...write, onConflict: 'KEYS_EXIST' }],
    audit: { resource: `users/${userId}/keys` },
  };
});
