import type { SigningKeyName } from '../../contract/resources.ts';

/** Public key of a signing key pair (RFC 7517); `kid` is its RFC 7638 thumbprint. */
export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
};

/** The part of the key store that signing needs. */
export type Signer = {
  /** Returns a signature over the SHA-256 of `data`: 64 bytes, `r ‖ s` (RFC 7518 section 3.4). */
  sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array>;
  /** Returns the current key first, then retired keys whose signatures are still valid. */
  publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]>;
};
