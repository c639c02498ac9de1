import { limits } from '../../contract/limits.ts';
import { isUserSecretLength } from '../../contract/user-secret.ts';
import { toBase64 } from '../../crypto/encoding/base64.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import type { KeyPairs, PublicKeys } from '../../crypto/vault/key-pairs.ts';
import type { KeyOwner } from '../../crypto/vault/private-keys.ts';
import type { RekeyProof } from '../../crypto/vault/rekey-proof.ts';
import { restoredKeyVersion } from '../../crypto/vault/restored-keys.ts';
import type { VaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { StrongroomError } from '../error.ts';
import type { CallOptions, StrongroomClient } from '../index.ts';
import { bytesOf, type Me, openOwnKek, openUnder, ownerOf, publicKeysOf } from './own-keys.ts';

/**
 * Creates the caller's key pairs on the client, under a user secret that is not sent.
 *
 * @throws RangeError if the secret is too short or too long @throws StrongroomError KEYS_EXIST
 */
export async function createKeys(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userSecret: string,
  options: CallOptions = {},
): Promise<PublicKeys> {
  const { body: me } = await client.call('users.getMe', options);
  const pairs = crypto.generateKeyPairs();
  const { publicKeys } = pairs;
  try {
    const owner = { org: me.orgId, user: me.id, keyVersion: 1 };
    const body = {
      publicKeyB64: toBase64(publicKeys.x25519),
      publicKeyKyberB64: toBase64(publicKeys.mlKem768),
      ...(await sealPairs(crypto, userSecret, owner, pairs)),
    };
    await client.call('sealed.createKeys', { ...options, body });
    return publicKeys;
  } finally {
    pairs.wipe();
  }
}

/**
 * Re-encrypts the caller's private keys under another user secret. Neither secret is sent.
 *
 * @throws RangeError if the new secret is too short or too long @throws WrongUserSecret @throws Tampered
 * @throws StrongroomError CONFLICT if another rekey came first
 */
export async function rekey(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userSecret: string,
  newUserSecret: string,
  options: CallOptions = {},
): Promise<void> {
  const { body: me } = await client.call('users.getMe', options);
  const kek = await openOwnKek(crypto, me, userSecret);
  const proof = crypto.rekeyProof(kek, ownerOf(me));
  try {
    await replaceKeys(client, crypto, me, openUnder(crypto, kek, me), () => proof, newUserSecret, options);
  } finally {
    wipe(kek);
  }
}

/**
 * Uses the keys that a trustee restored: decrypts them with the temporary secret, checks that they match the caller's
 * public keys, and encrypts them under a new user secret. None of the secrets is sent.
 *
 * @throws RangeError if the new secret is too short or too long @throws WrongUserSecret
 * @throws Tampered if they are not the caller's keys
 * @throws StrongroomError NOT_FOUND if no restore is pending, RESTORE_TOO_EARLY during the veto period
 */
export async function rekeyRestored(
  client: StrongroomClient,
  crypto: VaultCrypto,
  temporarySecret: string,
  newUserSecret: string,
  options: CallOptions = {},
): Promise<void> {
  const [{ body: me }, { body }] = await Promise.all([
    client.call('users.getMe', options),
    client.call('recovery.getPendingRestore', options),
  ]);
  const { restore } = body;
  if (!restore) throw new StrongroomError('No restore is pending.', { code: 'NOT_FOUND' });
  const owner = { org: me.orgId, user: me.id, keyVersion: restoredKeyVersion };
  const sealed = {
    x25519: bytesOf(restore.encryptedPrivateKeyEccB64),
    mlKem768: bytesOf(restore.encryptedPrivateKeyKyberB64),
  };
  const pairs = await crypto.openRestoredKeys(temporarySecret, owner, publicKeysOf(me), sealed);
  const prove = () => crypto.answerRestore(owner, pairs, restore.restoreId, bytesOf(restore.challengeB64));
  await replaceKeys(client, crypto, me, pairs, prove, newUserSecret, options);
}

/** Wipes the pairs. */
async function replaceKeys(
  client: StrongroomClient,
  crypto: VaultCrypto,
  me: Me,
  pairs: KeyPairs,
  prove: () => RekeyProof,
  newUserSecret: string,
  options: CallOptions,
): Promise<void> {
  const { org, user, keyVersion: present } = ownerOf(me);
  const keyVersion = present + 1;
  try {
    const proofB64 = toBase64(prove());
    const sealed = await sealPairs(crypto, newUserSecret, { org, user, keyVersion }, pairs);
    await client.call('sealed.rekey', { ...options, body: { keyVersion, proofB64, ...sealed } });
  } finally {
    pairs.wipe();
  }
}

/** @throws RangeError if the secret is too short or too long */
async function sealPairs(crypto: VaultCrypto, userSecret: string, owner: KeyOwner, pairs: KeyPairs) {
  const { min, max } = limits.userSecretCharacters;
  if (!isUserSecretLength(userSecret))
    throw new RangeError(`a user secret must have ${min} to ${max} characters`);
  const { kek, record } = await crypto.createKek(userSecret, owner);
  const sealed = crypto.sealPrivateKeys(kek, owner, pairs);
  const verifier = crypto.proofVerifier(crypto.rekeyProof(kek, owner));
  wipe(kek);
  return {
    kekRecordB64: toBase64(record),
    encryptedPrivateKeyB64: toBase64(sealed.x25519),
    encryptedPrivateKeyKyberB64: toBase64(sealed.mlKem768),
    rekeyVerifierB64: toBase64(verifier),
  };
}
