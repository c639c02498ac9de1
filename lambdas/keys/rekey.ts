import { keys } from '../contract/keys.ts';
import { wipe } from '../crypto/bytes.ts';
import { endpoint } from '../shared/endpoint.ts';
import { forgetKek, readKeyRing, rememberKek } from '../shared/key-ring.ts';
import { readNewUserSecret, readUserSecret } from '../shared/user-secret.ts';
import { toB64, vault } from '../shared/vault.ts';
import { replacePrivateKeys } from '../stores/keys.ts';

export const handler = endpoint(keys.rekey, async (_, context) => {
  const { caller, now, headers, admitted } = context;
  const { orgId, userId } = caller;
  const newSecret = readNewUserSecret(headers);
  const ring = await readKeyRing(context);
  const pairs = await ring.open();

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
    writes: [{ ...replacePrivateKeys(orgId, userId, fields, ring.stored.keyVersion), orElse: 'CONFLICT' }],
    audit: { resource: `users/${userId}/keys` },
  };
});
