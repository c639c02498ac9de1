import { toBase64Url } from '../encoding/base64url.ts';
import type { Primitives } from '../providers/primitives.ts';
import type { PublicJwk, Signer } from '../server/jwk.ts';
import { signJwt, verifyJwt } from '../server/jwt.ts';

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

/** What a proof says of its session; passwords are bound to it. */
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

/** Tells proofs from tokens, so that neither passes for the other. */
const audience = 'strongroom/zk-session';

/** As `key` of the claims has it. */
export function publicKeyDigest({ sha256 }: Primitives, publicKey: Uint8Array): string {
  return toBase64Url(sha256(publicKey));
}

/** A JWS (RFC 7515) that any JWT library checks against the installation's published keys. */
export async function signSandboxProof(signer: Signer, claims: SandboxClaims): Promise<string> {
  return signJwt(signer, audience, claims);
}

/**
 * The claims of a proof that has not expired, else `undefined`.
 *
 * @param publicKeys of the installation, as `/.well-known/jwks.json` has them
 */
export async function verifySandboxProof(
  publicKeys: readonly PublicJwk[],
  proof: string,
): Promise<SandboxClaims | undefined> {
  const claims = ['sub', 'jti', 'sandbox', 'key', 'iat', 'exp'];
  return verifyJwt<SandboxClaims>(publicKeys, audience, proof, claims);
}
