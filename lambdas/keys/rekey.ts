import { keys } from '../../contract/keys.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getRestore, type Restore } from '../stores/recovery.ts';
import { forgetKek, type KeyRing, readKeyRing } from '../vault/key-ring.ts';
import { rekeyed, sealUnderSecret } from '../vault/new-private-keys.ts';
import { decryptRestoredKeys } from '../vault/restored-keys.ts';
import { readNewUserSecret, readUserSecret, type SecretContext } from '../vault/user-secret.ts';

export const handler = endpoint(keys.rekey, async (_, context) => {
  const { caller, platform, headers } = context;
  const { orgId, userId } = caller;
  const newSecret = readNewUserSecret(headers);
  const [ring, restore] = await Promise.all([
    readKeyRing(context),
    getRestore(platform.table, orgId, userId),
  ]);
  const { pairs, restored } = await openLiveOrRestored(context, ring, restore);

  await forgetKek(context, ring.stored.kekRecord, readUserSecret(headers));
  const fields = await sealUnderSecret(context, newSecret, ring.stored.keyVersion + 1, pairs);
  return rekeyed(caller, ring.stored, fields, restored);
});

/** Unlocks the live keys, or a pending restore with its temporary secret. The live keys are tried first. */
async function openLiveOrRestored(context: SecretContext, ring: KeyRing, restore: Restore | undefined) {
  try {
    return { pairs: await ring.unlock(), restored: undefined };
  } catch (error) {
    const isWrong = error instanceof ApiError && error.code === 'WRONG_USER_SECRET';
    if (!restore || !isWrong) throw error;
    return { pairs: await decryptRestoredKeys(context, ring, restore), restored: restore };
  }
}
