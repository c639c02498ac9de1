import { users } from '../../contract/users.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { getMember } from '../stores/members.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { publicKeyInfo } from './profile.ts';

export const handler = endpoint(users.getMe, async (_, { caller, platform }) => {
  const { orgId, userId } = caller;
  const [member, keys] = await Promise.all([
    getMember(platform.table, orgId, userId),
    getKeys(platform.table, orgId, userId),
  ]);
  if (!member) throw new ApiError('UNAUTHENTICATED');
  const { name, email, role, createdAt } = member;
  return {
    status: 200,
    body: {
      id: userId,
      orgId,
      name,
      email,
      role,
      ...publicKeyInfo(keys),
      encryptedPrivateKeyB64: keys ? toBase64(keys.sealedPrivateKey) : null,
      encryptedPrivateKeyKyberB64: keys ? toBase64(keys.sealedPrivateKeyKyber) : null,
      kdf: keys ? kdfOf({ org: orgId, user: userId }, keys) : null,
      createdUtc: createdAt,
    },
  };
});

/** @throws Tampered @throws UnsupportedSuite */
function kdfOf(
  owner: { readonly org: string; readonly user: string },
  { keyVersion, kekRecord }: StoredKeys,
) {
  const { memoryKiB, passes, lanes } = vaultCrypto.kekParameters(owner, kekRecord);
  return {
    algorithm: 'Argon2id',
    memoryKiB,
    passes,
    lanes,
    keyVersion,
    recordB64: toBase64(kekRecord),
  } as const;
}
