import { createHash } from 'node:crypto';
import type { Keys } from '../platform/keys.ts';
import { signJwt, verifyJwt } from './jwt.ts';

/** What the installation says of a sandbox's key. Times are epoch seconds. */
export type SandboxClaims = {
  /** User that the sandbox is leased to. */
  readonly sub: string;
  readonly org: string;
  /** Id of the session. */
  readonly jti: string;
  readonly sandbox: string;
  /** SHA-256 of the public key, base64url. */
  readonly key: string;
  readonly iat: number;
  readonly exp: number;
};

/** Tells proofs from tokens, so that neither passes for the other. */
const audience = 'strongroom/zk-session';

export function publicKeyDigest(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('base64url');
}

/** A JWS (RFC 7515) that any JWT library checks against the installation's published keys. */
export async function signSandboxProof(keys: Keys, claims: SandboxClaims): Promise<string> {
  return signJwt(keys, audience, claims);
}

/** The claims of a proof that this installation signed and that has not expired, else `undefined`. */
export async function verifySandboxProof(keys: Keys, proof: string): Promise<SandboxClaims | undefined> {
  return verifyJwt<SandboxClaims>(keys, audience, proof, ['sub', 'jti', 'sandbox', 'key', 'iat', 'exp']);
}
