import { hex } from '../../crypto/encoding/bytes.ts';
import type { PublicKeys } from '../../crypto/vault/key-pairs.ts';
import type { VaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import type { CallOptions, StrongroomClient } from '../index.ts';
import { publicKeysOf } from './own-keys.ts';

/**
 * Decides whether the public keys that the server returns for a user belong to that user. A server that substitutes keys
 * can read what is wrapped to them. Compare `fingerprintOf` with the user through another channel, store it, and use it
 * here.
 *
 * @param fingerprint SHA-256 over both keys, 64 hexadecimal digits in lower case
 */
export type KeyTrust = (userId: string, fingerprint: string) => boolean | Promise<boolean>;

/** The public keys are not the trusted ones. Nothing was wrapped to them. */
export class UntrustedKeys extends Error {
  override readonly name = 'UntrustedKeys';
  readonly code = 'UNTRUSTED_KEYS';
  readonly userId: string;
  readonly fingerprint: string;

  constructor(userId: string, fingerprint: string) {
    super(`the public keys of ${userId} are not the trusted ones`);
    this.userId = userId;
    this.fingerprint = fingerprint;
  }
}

/** Returns the fingerprint that two people compare to verify keys. @throws Tampered if they are not valid public keys */
export function fingerprintOf(crypto: VaultCrypto, keys: PublicKeys): string {
  return hex(crypto.keyIdOf(keys));
}

/**
 * Returns the trusted public keys of a user of the org.
 *
 * @throws UntrustedKeys @throws StrongroomError NOT_FOUND, RECIPIENT_KEYS_REQUIRED
 */
export async function trustedKeys(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userId: string,
  trust: KeyTrust | undefined,
  options: CallOptions = {},
): Promise<PublicKeys> {
  const { body } = await client.call('users.get', { ...options, params: { userId } });
  const keys = publicKeysOf(body);
  await requireTrust(crypto, userId, keys, trust);
  return keys;
}

/** @throws UntrustedKeys */
export async function requireTrust(
  crypto: VaultCrypto,
  userId: string,
  keys: PublicKeys,
  trust: KeyTrust | undefined,
): Promise<void> {
  const fingerprint = fingerprintOf(crypto, keys);
  if (trust && !(await trust(userId, fingerprint))) throw new UntrustedKeys(userId, fingerprint);
}
