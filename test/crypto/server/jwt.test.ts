import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { signSession, verifySession } from '../../../crypto/server/jwt.ts';
import { FileKeys } from '../../../platform/local/file-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-jwt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = new FileKeys(join(folder, 'keys.json'));
const otherKeys = new FileKeys(join(folder, 'other.json'));
const now = Math.floor(Date.now() / 1000);
const claims = { sub: 'user', org: 'org', jti: 'session', iat: now, exp: now + 60 };
const ours = { iss: 'strongroom', aud: 'strongroom', ...claims };

/** A token under the installation's own key, as it would be if the program were at fault. */
async function signed(header: object, payload: object): Promise<string> {
  const [jwk] = await keys.publicKeys('jwt');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'ES256', typ: 'JWT', kid: jwk?.kid, ...header })}.${encode(payload)}`;
  return `${input}.${Buffer.from(await keys.sign('jwt', Buffer.from(input))).toString('base64url')}`;
}

test('a token opens to the claims that it was made of', async () => {
  expect(await verifySession(keys, await signSession(keys, claims))).toMatchObject(claims);
  expect(await verifySession(keys, await signed({}, ours))).toMatchObject(claims);
});

test('a token of another installation is refused', async () => {
  expect(await verifySession(keys, await signSession(otherKeys, claims))).toBeUndefined();
});

test.each(['sub', 'org', 'jti', 'iat', 'exp', 'iss', 'aud'])(
  'a token without %s is refused',
  async (name) => {
    const { [name as keyof typeof ours]: _, ...rest } = ours;
    expect(await verifySession(keys, await signed({}, rest))).toBeUndefined();
  },
);

test.each([
  ['that has expired', { exp: now - 1 }],
  ['of another issuer', { iss: 'elsewhere' }],
  ['for another audience', { aud: 'elsewhere' }],
  ['that is not valid yet', { nbf: now + 60 }],
])('a token %s is refused', async (_, changed) => {
  expect(await verifySession(keys, await signed({}, { ...ours, ...changed }))).toBeUndefined();
});

test('a token that says it needs no signature, or another algorithm, is refused', async () => {
  const unsecured = new UnsecuredJWT({ sub: 'user', org: 'org', jti: 'session' })
    .setIssuer('strongroom')
    .setAudience('strongroom')
    .setIssuedAt()
    .setExpirationTime('1m')
    .encode();
  expect(await verifySession(keys, unsecured)).toBeUndefined();

  // The public key as the secret of a MAC: the confusion of RFC 8725 section 2.1.
  const [jwk] = await keys.publicKeys('jwt');
  const hmac = await new SignJWT(ours)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(JSON.stringify(jwk)));
  expect(await verifySession(keys, hmac)).toBeUndefined();

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const es384 = await new SignJWT(ours).setProtectedHeader({ alg: 'ES384' }).sign(privateKey);
  expect(await verifySession(keys, es384)).toBeUndefined();
});

test.each(['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d', '{}', '\0'])('%j is no token', async (text) => {
  expect(await verifySession(keys, text)).toBeUndefined();
});
