import type { SigningKeyName } from '../../contract/resources.ts';

/** Public half of a signing key (RFC 7517); `kid` is its RFC 7638 thumbprint. */
export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
};

/** What signing takes of the key store. */
export type Signer = {
  /** 64 bytes, `r ‖ s` (RFC 7518 section 3.4), over the SHA-256 of `data`. */
  sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array>;
  /** The key that signs now comes first; retired ones follow for as long as their signatures count. */
  publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]>;
};
