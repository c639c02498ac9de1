import { fromBase64 } from '../../crypto/encoding/base64.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { Tampered } from '../../crypto/errors.ts';
import type { Kek } from '../../crypto/vault/kek.ts';
import type { KeyPairs, PublicKeys } from '../../crypto/vault/key-pairs.ts';
import type { KeyOwner } from '../../crypto/vault/private-keys.ts';
import type { VaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { StrongroomError } from '../error.ts';
import type { ResponseFor } from '../index.ts';

export type Me = ResponseFor<'users.getMe'>['body'];
export type Profile = ResponseFor<'users.get'>['body'];

/**
 * Decrypts the caller's key pairs on the client; the user secret is not sent. The derivation cost that the server names is
 * authenticated and bounded, so the server can neither weaken nor stall the derivation. Wipe the key pairs after use.
 *
 * @throws WrongUserSecret @throws Tampered if the server does not return what was stored
 * @throws StrongroomError KEYS_REQUIRED if the caller has no key pairs yet
 */
export async function openOwnKeys(crypto: VaultCrypto, me: Me, userSecret: string): Promise<KeyPairs> {
  const kek = await openOwnKek(crypto, me, userSecret);
  try {
    return openUnder(crypto, kek, me);
  } finally {
    wipe(kek);
  }
}

/** Wipe it after use. @throws WrongUserSecret @throws Tampered @throws StrongroomError KEYS_REQUIRED */
export async function openOwnKek(crypto: VaultCrypto, me: Me, userSecret: string): Promise<Kek> {
  const { org, user, kdf } = ownerOf(me);
  return crypto.openKek(userSecret, { org, user }, bytesOf(kdf.recordB64));
}

/** @throws Tampered */
export function openUnder(crypto: VaultCrypto, kek: Kek, me: Me): KeyPairs {
  const owner = ownerOf(me);
  const sealed = {
    x25519: bytesOf(me.encryptedPrivateKeyB64),
    mlKem768: bytesOf(me.encryptedPrivateKeyKyberB64),
  };
  return crypto.openPrivateKeys(kek, owner, publicKeysOf(me), sealed);
}

/** @throws StrongroomError KEYS_REQUIRED */
export function ownerOf({
  id: user,
  orgId: org,
  kdf,
}: Me): KeyOwner & { readonly kdf: NonNullable<Me['kdf']> } {
  if (!kdf) throw new StrongroomError('You have no key pairs yet.', { code: 'KEYS_REQUIRED' });
  return { org, user, keyVersion: kdf.keyVersion, kdf };
}

/** @throws StrongroomError RECIPIENT_KEYS_REQUIRED if the user has no key pairs */
export function publicKeysOf({
  publicKeyB64,
  publicKeyKyberB64,
}: Pick<Profile, 'publicKeyB64' | 'publicKeyKyberB64'>): PublicKeys {
  if (publicKeyB64 === null || publicKeyKyberB64 === null)
    throw new StrongroomError('The user has no key pairs yet.', { code: 'RECIPIENT_KEYS_REQUIRED' });
  return { x25519: bytesOf(publicKeyB64), mlKem768: bytesOf(publicKeyKyberB64) };
}

/** @throws Tampered if the text is not valid base64 */
export function bytesOf(base64: string | null): Uint8Array {
  const bytes = base64 === null ? undefined : fromBase64(base64);
  if (!bytes) throw new Tampered();
  return bytes;
}
