import { toBase64Url } from '../encoding/base64url.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { PublicJwk, Signer } from '../server/jwk.ts';
import { signJwt, verifyJwt } from '../server/jwt.ts';

/** What the installation asserts about a sandbox's key. Times are epoch seconds. */
export type SandboxClaims = {
  /** The user to whom the sandbox is leased. */
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

/** The session of a proof. Sealed passwords are bound to it. */
export type ProvenSession = {
  readonly sessionId: string;
  readonly userId: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly sandboxId: string;
};

export function sessionOf({ sub, jti, exp, sandbox }: SandboxClaims): ProvenSession {
  const expiresAt = new Date(exp * 1000).toISOString();
  return { sessionId: jti, userId: sub, expiresAt, sandboxId: sandbox };
}

/** Tells proofs from tokens, so that neither is accepted as the other. */
const audience = 'strongroom/zk-session';

/** Returns the digest for the claim `key`. */
export function publicKeyDigest({ sha256 }: Primitives, publicKey: Uint8Array): string {
  return toBase64Url(sha256(publicKey));
}

/** Returns a JWS (RFC 7515) that any JWT library can verify with the installation's published keys. */
export async function signSandboxProof(signer: Signer, claims: SandboxClaims): Promise<string> {
  return signJwt(signer, audience, claims);
}

/**
 * Returns the claims of a valid proof that has not expired, otherwise `undefined`.
 *
 * @param publicKeys of the installation, from `/.well-known/jwks.json`
 */
export async function verifySandboxProof(
  publicKeys: readonly PublicJwk[],
  proof: string,
): Promise<SandboxClaims | undefined> {
  const claims = ['sub', 'jti', 'sandbox', 'key', 'iat', 'exp'];
  return verifyJwt<SandboxClaims>(publicKeys, audience, proof, claims);
}
