import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { toBase64Url } from '../encoding/base64url.ts';
import { utf8 } from '../encoding/bytes.ts';
import type { PublicJwk, Signer } from './jwk.ts';

/** Claims of a session token (RFC 7519). `jti` names the session; times are epoch seconds. */
export type SessionClaims = {
  readonly sub: string;
  readonly org: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
};

const issuer = 'strongroom';

function encode(value: object): string {
  return toBase64Url(utf8(JSON.stringify(value)));
}

/** Signs a session token. `stores/sessions.ts` decides whether its session is valid. */
export function signSession(signer: Signer, claims: SessionClaims): Promise<string> {
  return signJwt(signer, issuer, claims);
}

/** Returns the claims of a token that this installation signed and that has not expired, otherwise `undefined`. */
export async function verifySession(signer: Signer, token: string): Promise<SessionClaims | undefined> {
  const publicKeys = await signer.publicKeys('jwt');
  return verifyJwt<SessionClaims>(publicKeys, issuer, token, ['sub', 'org', 'jti', 'iat', 'exp']);
}

/** Returns a JWS in compact form (RFC 7515, ES256), signed inside the key store. */
export async function signJwt(signer: Signer, audience: string, claims: object): Promise<string> {
  const [jwk] = await signer.publicKeys('jwt');
  if (!jwk) throw new Error('the key store has no key for signing tokens');
  const header = { alg: 'ES256', typ: 'JWT', kid: jwk.kid };
  const input = `${encode(header)}.${encode({ iss: issuer, aud: audience, ...claims })}`;
  return `${input}.${toBase64Url(await signer.sign('jwt', utf8(input)))}`;
}

/** The claims of a JWS that one of the keys signed for this audience and that has not expired, else `undefined`. */
export async function verifyJwt<Claims>(
  publicKeys: readonly PublicJwk[],
  audience: string,
  token: string,
  requiredClaims: string[],
): Promise<Claims | undefined> {
  const jwks = createLocalJWKSet({ keys: [...publicKeys] });
  try {
    const options = { algorithms: ['ES256'], issuer, audience, requiredClaims };
    const { payload } = await jwtVerify(token, jwks, options);
    return payload as Claims;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
