import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { Keys } from '../platform/keys.ts';

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
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A JWS in compact form (RFC 7515), ES256, signed inside the key store. */
export async function signSession(keys: Keys, claims: SessionClaims): Promise<string> {
  const [jwk] = await keys.publicKeys('jwt');
  if (!jwk) throw new Error('no key signs tokens');
  const header = { alg: 'ES256', typ: 'JWT', kid: jwk.kid };
  const input = `${encode(header)}.${encode({ iss: issuer, aud: issuer, ...claims })}`;
  const signature = await keys.sign('jwt', Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** The claims of a token that this installation signed and that has not expired, else `undefined`. */
export async function verifySession(keys: Keys, token: string): Promise<SessionClaims | undefined> {
  const jwks = createLocalJWKSet({ keys: [...(await keys.publicKeys('jwt'))] });
  try {
    const { payload } = await jwtVerify(token, jwks, {
      algorithms: ['ES256'],
      issuer,
      audience: issuer,
      requiredClaims: ['sub', 'org', 'jti', 'iat', 'exp'],
    });
    return payload as unknown as SessionClaims;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
