import { sealed } from '../../contract/sealed.ts';
import { WrongUserSecret } from '../../crypto/errors.ts';
import type { RekeyProof } from '../../crypto/vault/rekey-proof.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { getRestore, type Restore } from '../stores/recovery.ts';
import { rekeyed } from '../vault/new-private-keys.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { requireAvailable } from '../vault/restored-keys.ts';
import { parseSealedPrivateKeys } from '../vault/sealed-input.ts';
import { requireKeys } from '../vault/stored-keys.ts';
import { requireSecretAllowance, type SecretContext, trySecret } from '../vault/user-secret.ts';

export const handler = endpoint(sealed.rekey, async ({ body }, context) => {
  const { caller, platform, now } = context;
  const { orgId, userId } = caller;
  const [found, restore] = await Promise.all([
    getKeys(platform.table, orgId, userId),
    getRestore(platform.table, orgId, userId),
    requireSecretAllowance(context),
  ]);
  const current = requireKeys(found);
  const { keyVersion, proofB64: proof } = body;
  const fields = parseSealedPrivateKeys({ org: orgId, user: userId }, keyVersion, body, now);
  if (keyVersion !== current.keyVersion + 1) throw new ApiError('CONFLICT');
  const restored = await requireProof(context, proof, current, restore);
  return rekeyed(caller, current, fields, restored);
});

/**
 * @returns the restore that the proof is for; `undefined` if it is for the live keys, which are tried first
 * @throws ApiError WRONG_USER_SECRET, RATE_LIMITED, RESTORE_TOO_EARLY
 */
async function requireProof(
  context: SecretContext,
  proof: RekeyProof,
  current: StoredKeys,
  restore: Restore | undefined,
): Promise<Restore | undefined> {
  const proven = await trySecret(context, async () => {
    const found = [current, restore].find(
      (keys) => keys && vaultCrypto.provesRekey(proof, keys.rekeyVerifier),
    );
    if (!found) throw new WrongUserSecret();
    return found;
  });
  if (proven === current || !restore) return undefined;
  requireAvailable(restore, context.now);
  return restore;
}
