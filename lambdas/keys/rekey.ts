import { keys } from '../contract/keys.ts';
import { wipe } from '../crypto/bytes.ts';
import { ApiError } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { forgetKek, type KeyRing, readKeyRing, rememberKek } from '../shared/key-ring.ts';
import { openRestore } from '../shared/restored-keys.ts';
import { readNewUserSecret, readUserSecret, type SecretContext } from '../shared/user-secret.ts';
import { toB64, vault } from '../shared/vault.ts';
import { replacePrivateKeys } from '../stores/keys.ts';
import { deleteRestore, getRestore, type Restore } from '../stores/recovery.ts';

export const handler = endpoint(keys.rekey, async (_, context) => {
  const { caller, platform, now, headers, admitted } = context;
  const { orgId, userId } = caller;
  const newSecret = readNewUserSecret(headers);
  const [ring, restore] = await Promise.all([
    readKeyRing(context),
    getRestore(platform.table, orgId, userId),
  ]);
  const { pairs, restored } = await openLiveOrRestored(context, ring, restore);

  await admitted();
  const keyVersion = ring.stored.keyVersion + 1;
  const owner = { org: orgId, user: userId, keyVersion };
  const { kek, record } = await vault.createKek(newSecret, owner);
  const sealed = vault.sealPrivateKeys(kek, owner, pairs);
  forgetKek(context, ring.stored.kekRecord, readUserSecret(headers));
  rememberKek(context, record, newSecret, kek);
  pairs.wipe();
  wipe(kek);
  const updatedUtc = now.toISOString();
  const fields = {
    keyVersion,
    kekRecord: record,
    sealedPrivateKey: sealed.x25519,
    sealedPrivateKeyKyber: sealed.mlKem768,
    updatedAt: updatedUtc,
  };
  const { publicKey, publicKeyKyber } = ring.stored;
  return {
    status: 200,
    body: {
      rekeyed: true,
      publicKeyB64: toB64(publicKey),
      publicKeyKyberB64: toB64(publicKeyKyber),
      updatedUtc,
    },
    writes: [
      { ...replacePrivateKeys(orgId, userId, fields, ring.stored.keyVersion), orElse: 'CONFLICT' },
      { ...deleteRestore(orgId, userId, restored?.restoreId), orElse: 'CONFLICT' },
    ],
    audit: { resource: `users/${userId}/keys` },
  };
});

/** The secret is the live one or, where a restore waits, its temporary one. The live keys are tried first. */
async function openLiveOrRestored(context: SecretContext, ring: KeyRing, restore: Restore | undefined) {
  try {
    return { pairs: await ring.open(), restored: undefined };
  } catch (error) {
    const isWrong = error instanceof ApiError && error.code === 'WRONG_USER_SECRET';
    if (!restore || !isWrong) throw error;
    return { pairs: await openRestore(context, ring, restore), restored: restore };
  }
}
