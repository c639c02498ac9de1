import type { SigningKeyName } from '../contract/resources.ts';
import type { PublicJwk } from '../crypto/server/jwk.ts';

/**
 * What a data key is bound to. It is authenticated, not secret: KMS writes it to CloudTrail, so it must hold
 * identifiers only.
 */
export type KeyContext = { readonly [name: string]: string };

export type DataKey = {
  /** 32 random bytes. Wipe after use. */
  readonly plaintext: Uint8Array;
  /** The same, wrapped by the key store; store this. */
  readonly wrapped: Uint8Array;
};

/**
 * The key store: envelope encryption and signatures under keys that nobody can export.
 *
 * @throws DataKeyRejected by `openDataKey` where the wrapped key was altered or the context differs.
 */
export interface Keys {
  /** 64 bytes, `r ‖ s` (RFC 7518 section 3.4), over the SHA-256 of `data`. */
  sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array>;
  /** The key that signs now comes first; retired ones follow for as long as their signatures count. */
  publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]>;
  generateDataKey(context: KeyContext): Promise<DataKey>;
  openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /** Rejects where the store does not answer. */
  ping(): Promise<void>;
}

export class DataKeyRejected extends Error {
  override readonly name = 'DataKeyRejected';
}
