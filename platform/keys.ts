import type { SigningKeyName } from '../contract/resources.ts';
import type { PublicJwk } from '../crypto/server/jwk.ts';

/**
 * What a data key is bound to. It is authenticated, not secret: KMS logs it in CloudTrail, so it holds only
 * identifiers.
 */
export type KeyContext = { readonly [name: string]: string };

export type DataKey = {
  /** 32 random bytes. Wipe them after use. */
  readonly plaintext: Uint8Array;
  /** The key, wrapped by the key store. Store this. */
  readonly wrapped: Uint8Array;
};

/**
 * The key store: envelope encryption and signatures under keys that no one can export.
 *
 * @throws DataKeyRejected by `openDataKey` if the wrapped key was modified or the context differs
 */
export interface Keys {
  /** Returns 64 bytes, `r ‖ s` (RFC 7518 section 3.4), over the SHA-256 of `data`. */
  sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array>;
  /** Returns the key that signs now, then the retired keys whose signatures are still valid. */
  publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]>;
  generateDataKey(context: KeyContext): Promise<DataKey>;
  openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /** Rejects if the store does not respond. */
  ping(): Promise<void>;
}

export class DataKeyRejected extends Error {
  override readonly name = 'DataKeyRejected';
}
