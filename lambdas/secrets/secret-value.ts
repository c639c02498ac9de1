import { openAesGcm, sealAesGcm } from '../../crypto/server/aes-gcm.ts';
import type { KeyContext, Keys } from '../../platform/keys.ts';
import type { Secret } from '../stores/secrets.ts';

type Owner = { readonly orgId: string; readonly userId: string };

type SealedValue = Pick<Secret, 'sealedValue' | 'wrappedKey'>;

/** Binds a sealed value to its owner and name. */
function contextOf({ orgId, userId }: Owner, name: string): KeyContext {
  return { purpose: 'secret', org: orgId, user: userId, name };
}

/** Binds a value to its version, so that an older one cannot stand in for it. */
const aadOf = (version: number) => Buffer.from(`secret v1 ${version}`);

/** Creates a data key for one value, and returns what seals the value under it: AES-256-GCM. */
export async function newSecretKey(keys: Keys, owner: Owner, name: string) {
  const { plaintext: dataKey, wrapped } = await keys.generateDataKey(contextOf(owner, name));
  return {
    seal(version: number, value: string): SealedValue {
      const sealedValue = sealAesGcm(dataKey, Buffer.from(value), aadOf(version));
      dataKey.fill(0);
      return { sealedValue, wrappedKey: wrapped };
    },
  };
}

/** @throws if the record was tampered with, or belongs to another owner, name or version */
export async function decryptSecret(keys: Keys, owner: Owner, secret: Secret): Promise<string> {
  const dataKey = await keys.openDataKey(secret.wrappedKey, contextOf(owner, secret.name));
  const value = openAesGcm(dataKey, secret.sealedValue, aadOf(secret.version));
  dataKey.fill(0);
  return Buffer.from(value).toString();
}
