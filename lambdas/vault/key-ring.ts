import { limits } from '../../contract/limits.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { KekCache } from '../../crypto/server/kek-cache.ts';
import type { Kek } from '../../crypto/vault/kek.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import { getKeys, type StoredKeys } from '../stores/keys.ts';
import { stretching, vaultCrypto } from './node-vault-crypto.ts';
import { publicKeysOf, requireKeys } from './stored-keys.ts';
import { readUserSecret, requireSecretAllowance, type SecretContext, trySecret } from './user-secret.ts';

/** A caller's key pairs, whose private keys are still sealed. */
export type KeyRing = {
  readonly stored: StoredKeys;
  /**
   * Decrypts the private keys with the user secret. Wipe them after use.
   *
   * @throws ApiError WRONG_USER_SECRET, RATE_LIMITED
   * @throws Tampered @throws UnsupportedSuite
   */
  unlock(): Promise<KeyPairs>;
};

const keks = new KekCache(limits.kekCache);
/** Derivations in progress. Concurrent requests with the same secret share one. */
const deriving = new Map<string, Promise<Kek>>();

/**
 * Reads the caller's keys, and checks that the caller may try a user secret.
 *
 * @throws ApiError USER_SECRET_REQUIRED, KEYS_REQUIRED, RATE_LIMITED @throws Tampered
 */
export async function readKeyRing(context: SecretContext): Promise<KeyRing> {
  const { caller, platform } = context;
  const secret = readUserSecret(context.headers);
  const [keys] = await Promise.all([
    getKeys(platform.table, caller.orgId, caller.userId),
    requireSecretAllowance(context),
  ]);
  const stored = requireKeys(keys);
  return { stored, unlock: () => unlockKeys(context, stored, secret) };
}

async function unlockKeys(context: SecretContext, stored: StoredKeys, secret: string): Promise<KeyPairs> {
  const { orgId: org, userId: user } = context.caller;
  const kek = await cachedKek(context, stored.kekRecord, secret);
  try {
    const owner = { org, user, keyVersion: stored.keyVersion };
    const sealed = { x25519: stored.sealedPrivateKey, mlKem768: stored.sealedPrivateKeyKyber };
    return vaultCrypto.openPrivateKeys(kek, owner, publicKeysOf(stored), sealed);
  } finally {
    wipe(kek);
  }
}

/** Returns the KEK, from the cache or derived. Wipe it after use. */
async function cachedKek(context: SecretContext, record: Uint8Array, secret: string): Promise<Kek> {
  const owner = { org: context.caller.orgId, user: context.caller.userId };
  const derive = () => deriveKek(context, record, secret);
  if (context.settings.STRONGROOM_KEK_CACHE === 'off') return derive();
  const id = keks.idOf(owner, record, secret);
  const cached = keks.get(id);
  if (cached) return cached;
  // Concurrent requests share a derivation. It must not fail because the request that started it is refused.
  await context.admitted();
  const running = deriving.get(id) ?? shareDerivation(id, derive);
  await running;
  return keks.get(id) ?? derive();
}

function shareDerivation(id: string, derive: () => Promise<Kek>): Promise<Kek> {
  const running = derive();
  deriving.set(id, running);
  running
    .then(
      (kek) => {
        keks.put(id, kek);
        wipe(kek);
      },
      () => undefined,
    )
    .finally(() => deriving.delete(id));
  return running;
}

async function deriveKek(context: SecretContext, record: Uint8Array, secret: string): Promise<Kek> {
  const { caller } = context;
  const owner = { org: caller.orgId, user: caller.userId };
  // A corrupt record must not count as a failed attempt.
  vaultCrypto.kekParameters(owner, record);
  return trySecret(context, () => stretching(context).openKek(secret, owner, record));
}

/** Caches the KEK of a new user secret, so that the next read needs no derivation. */
export function rememberKek(
  { caller, settings }: SecretContext,
  record: Uint8Array,
  secret: string,
  kek: Kek,
): void {
  if (settings.STRONGROOM_KEK_CACHE === 'off') return;
  keks.put(keks.idOf({ org: caller.orgId, user: caller.userId }, record, secret), kek);
}

/** Wipes the KEK of a secret that is being replaced, once the caller is admitted. */
export async function forgetKek(
  { caller, admitted }: SecretContext,
  record: Uint8Array,
  secret: string,
): Promise<void> {
  await admitted();
  keks.delete(keks.idOf({ org: caller.orgId, user: caller.userId }, record, secret));
}
