import { type Me, openOwnKeys } from '../../client/vault/own-keys.ts';
import { restoredKeyVersion } from '../../crypto/vault/restored-keys.ts';
import { nativeVault } from './vault.ts';

type Terms = {
  readonly temporarySecret: string;
  /** The owner that the keys are sealed for; the user by default. */
  readonly owner?: Pick<Me, 'id' | 'orgId'>;
};

/** Returns a user's own keys under a temporary secret, as a trustee restores them. */
export async function restoreInput(me: Me, userSecret: string, { temporarySecret, owner = me }: Terms) {
  const keys = await openOwnKeys(nativeVault, me, userSecret);
  const restoring = { org: owner.orgId, user: owner.id, keyVersion: restoredKeyVersion };
  const sealed = await nativeVault.sealRestoredKeys(temporarySecret, restoring, keys);
  keys.wipe();
  return {
    encryptedPrivateKeyEccB64: Buffer.from(sealed.x25519).toString('base64'),
    encryptedPrivateKeyKyberB64: Buffer.from(sealed.mlKem768).toString('base64'),
    usedXor: false,
  };
}
