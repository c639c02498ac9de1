import { keys } from '../contract/keys.ts';
import { wipe } from '../crypto/bytes.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { rememberKek } from '../shared/key-ring.ts';
import { readFutureSecret } from '../shared/user-secret.ts';
import { toB64, vault } from '../shared/vault.ts';
import { addKeys, getKeys } from '../stores/keys.ts';

export const handler = endpoint(keys.generate, async (_, context) => {
  const { caller, platform, now, headers, admitted } = context;
  const { orgId, userId } = caller;
  const secret = readFutureSecret(headers);
  if (await getKeys(platform.table, orgId, userId)) throw new ApiError('KEYS_EXIST');
  await admitted();

  const owner = { org: orgId, user: userId, keyVersion: 1 };
  const { kek, record } = await vault.createKek(secret, owner);
  const pairs = vault.generateKeyPairs();
  const sealed = vault.sealPrivateKeys(kek, owner, pairs);
  rememberKek(context, record, secret, kek);
  pairs.wipe();
  wipe(kek);
  const { x25519, mlKem768 } = pairs.publicKeys;
  const write = addKeys(orgId, userId, {
    keyVersion: owner.keyVersion,
    publicKey: x25519,
    publicKeyKyber: mlKem768,
    kekRecord: record,
    sealedPrivateKey: sealed.x25519,
    sealedPrivateKeyKyber: sealed.mlKem768,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
  });
  return {
    status: 201,
    body: { publicKeyB64: toB64(x25519), publicKeyKyberB64: toB64(mlKem768) },
    writes: [{ ...write, orElse: 'KEYS_EXIST' }],
    audit: { resource: `users/${userId}/keys` },
  };
});
