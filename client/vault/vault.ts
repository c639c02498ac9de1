import { fileContext, type RecordContext, valueContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { KeyPairs, PublicKeys } from '../../crypto/vault/key-pairs.ts';
import type { VaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import type { CallOptions, StrongroomClient } from '../index.ts';
import { type Me, openOwnKeys, ownerOf, publicKeysOf } from './own-keys.ts';
import { type KeyTrust, requireTrust, trustedKeys } from './trust.ts';

export type VaultOptions = CallOptions & {
  /** Called before a key is wrapped to another user. Default: trust the keys that the server returns. */
  readonly trust?: KeyTrust;
};

/**
 * A user's vault whose keys stay on the client: the user secret decrypts the private keys here and is never sent. Close it
 * as soon as it is no longer needed. Without the secret it can encrypt with the public keys, but decrypt nothing.
 */
export class Vault {
  readonly client: StrongroomClient;
  readonly crypto: VaultCrypto;
  readonly me: Me;
  readonly #publicKeys: PublicKeys;
  readonly #keys: KeyPairs | undefined;
  readonly #trust: KeyTrust | undefined;
  #closed = false;

  private constructor(
    client: StrongroomClient,
    crypto: VaultCrypto,
    me: Me,
    keys: KeyPairs | undefined,
    trust: KeyTrust | undefined,
  ) {
    this.client = client;
    this.crypto = crypto;
    this.me = me;
    this.#publicKeys = keys?.publicKeys ?? publicKeysOf(me);
    this.#keys = keys;
    this.#trust = trust;
  }

  /**
   * Opens the vault with the user secret.
   *
   * @throws WrongUserSecret @throws Tampered if the server does not return what was stored
   * @throws StrongroomError KEYS_REQUIRED if the caller has no key pairs yet
   */
  static async unlock(
    client: StrongroomClient,
    crypto: VaultCrypto,
    userSecret: string,
    { trust, ...options }: VaultOptions = {},
  ): Promise<Vault> {
    const { body: me } = await client.call('users.getMe', options);
    return new Vault(client, crypto, me, await openOwnKeys(crypto, me, userSecret), trust);
  }

  /**
   * Opens the vault for writing only. It uses the public keys that the server returns, so `trust` is called for the
   * caller's own keys too.
   *
   * @throws UntrustedKeys @throws StrongroomError KEYS_REQUIRED if the caller has no key pairs yet
   */
  static async locked(
    client: StrongroomClient,
    crypto: VaultCrypto,
    { trust, ...options }: VaultOptions = {},
  ): Promise<Vault> {
    const { body: me } = await client.call('users.getMe', options);
    ownerOf(me);
    await requireTrust(crypto, me.id, publicKeysOf(me), trust);
    return new Vault(client, crypto, me, undefined, trust);
  }

  /** Returns the context of a value. @param owner default: the caller */
  valueContext(key: string, version: number, owner: string = this.me.id): RecordContext {
    return valueContext(this.me.orgId, owner, key, version);
  }

  /** Returns the context of a file. @param owner default: the caller */
  fileContext(fileId: string, owner: string = this.me.id): RecordContext {
    return fileContext(this.me.orgId, owner, fileId);
  }

  /** Unwraps a key that was wrapped to the caller. Wipe it after use. @throws Tampered @throws KeyMismatch */
  unwrap(context: RecordContext, wrapped: Uint8Array): Cek {
    return this.crypto.unwrapCek(this.#open(), context, wrapped);
  }

  /** Wraps a key to the caller. */
  wrap(context: RecordContext, cek: Cek): Uint8Array {
    this.#requireOpen();
    return this.crypto.wrapCek(this.#publicKeys, context, cek);
  }

  /**
   * Wraps a key to another user of the org.
   *
   * @throws UntrustedKeys @throws StrongroomError NOT_FOUND, RECIPIENT_KEYS_REQUIRED
   */
  async wrapFor(
    userId: string,
    context: RecordContext,
    cek: Cek,
    options: CallOptions = {},
  ): Promise<Uint8Array> {
    const keys = await trustedKeys(this.client, this.crypto, userId, this.#trust, options);
    return this.crypto.wrapCek(keys, context, cek);
  }

  /** Wipes the private keys. */
  close(): void {
    this.#closed = true;
    this.#keys?.wipe();
  }

  #open(): KeyPairs {
    this.#requireOpen();
    if (!this.#keys) throw new Error('the vault is locked: it cannot decrypt without the user secret');
    return this.#keys;
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('the vault is closed');
  }
}
