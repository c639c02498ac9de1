import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { call, type Target, TestUser } from './target.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());

export function authSuite(target: () => Target): void {
  describe('auth', () => {
    const post = (path: string, body?: unknown, headers = {}) =>
      call(target(), 'POST', path, { body, headers });
    const login = ({ email, password }: { email: string; password: string }) =>
      post('/api/login', { email, password });
    const works = async (headers: Record<string, string>) =>
      (await call(target(), 'GET', '/api/v1/secrets', { headers })).status === 200;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    describe('register', () => {
      test('returns a token, an API key and the user', async () => {
        const email = `user-${randomUUID()}@example.com`;
        const { status, body } = await post('/api/register', { email, password: 'secureP@ss123' });
        expect(status).toBe(201);
        expect(body).toEqual({
          token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
          apiKey: expect.stringMatching(/^pyapi_[0-9a-f]{24}_[0-9a-f]{64}$/),
          user: {
            id: expect.any(String),
            email,
            orgId: 'default',
            role: 'member',
            createdAt: expect.stringMatching(/Z$/),
          },
        });
        expect(await works({ 'x-api-key': body.apiKey })).toBe(true);
        expect(await works(bearer(body.token))).toBe(true);
        expect(await works(bearer(body.apiKey))).toBe(true);
      });

      test('a taken address is 409, in upper or lower case', async () => {
        const { status, body } = await post('/api/register', {
          email: user.email.toUpperCase(),
          password: 'another password',
        });
        expect([status, body.code]).toEqual([409, 'EMAIL_TAKEN']);
        expect((await login(user)).status).toBe(200);
      });

      test('of many concurrent registrations with one address, one succeeds', async () => {
        const email = `user-${randomUUID()}@example.com`;
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => post('/api/register', { email, password: 'secureP@ss123' })),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      });

      test.each([
        ['email', { email: 'not an address', password: 'secureP@ss123' }],
        ['email', { password: 'secureP@ss123' }],
        ['password', { email: 'a@example.com', password: 'ninechars' }],
        ['password', { email: 'a@example.com', password: 'x'.repeat(1025) }],
        ['password', { email: 'a@example.com' }],
      ])('a bad %s is 400, and the error names it', async (path, body) => {
        const answer = await post('/api/register', body);
        expect([answer.status, answer.body.details[0].path]).toEqual([400, path]);
      });
    });

    describe('login', () => {
      test('returns the API key that registration returned', async () => {
        const { status, body } = await login(user);
        expect(status).toBe(200);
        expect(body).toMatchObject({ apiKey: user.apiKey, user: { id: user.id, email: user.email } });
        expect(await works(bearer(body.token))).toBe(true);
      });

      test('a wrong password and an unknown address get the same response', async () => {
        const wrong = await login({ ...user, email: user.email, password: 'wrong password' });
        const unknown = await login({
          email: `unknown-${randomUUID()}@example.com`,
          password: user.password,
        });
        expect([wrong.status, wrong.body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
        const same = ({ body }: typeof wrong) => ({ ...body, requestId: '' });
        expect(same(wrong)).toEqual(same(unknown));
        expect(wrong.status).toBe(unknown.status);
      });
    });

    describe('verify', () => {
      test('accepts the token in the header or in the body', async () => {
        const expected = {
          valid: true,
          user: { id: user.id, email: user.email },
          expiresAt: expect.any(String),
        };
        for (const answer of [
          await post('/api/verify', undefined, bearer(user.token)),
          await post('/api/verify', { token: user.token }),
        ]) {
          expect(answer.status).toBe(200);
          expect(answer.body).toMatchObject(expected);
          const seconds = (Date.parse(answer.body.expiresAt) - Date.now()) / 1000;
          expect(seconds).toBeGreaterThan(3000);
          expect(seconds).toBeLessThanOrEqual(3600);
        }
      });

      test('an invalid token is 401 with valid: false', async () => {
        const { status, body } = await post('/api/verify', { token: 'nonsense' });
        expect(status).toBe(401);
        expect(body).toMatchObject({ valid: false, success: false, code: 'UNAUTHENTICATED' });
      });
    });

    describe('refused credentials', () => {
      const forged = {
        'no credential': () => ({}),
        'empty key': () => ({ 'x-api-key': '' }),
        'unknown key': () => ({ 'x-api-key': `pyapi_${'0'.repeat(24)}_${'0'.repeat(64)}` }),
        'known key id, wrong secret': () => ({
          'x-api-key': `${user.apiKey.slice(0, -4)}${user.apiKey.endsWith('0000') ? '1111' : '0000'}`,
        }),
        'truncated key': () => ({ 'x-api-key': user.apiKey.slice(0, -1) }),
        'key with an extra character': () => ({ 'x-api-key': `${user.apiKey}0` }),
        'key with another prefix': () => ({ 'x-api-key': user.apiKey.replace('pyapi_', 'sradm_') }),
        'not a token': () => bearer('nonsense'),
        'another scheme': () => ({ authorization: `Basic ${user.token}` }),
        'alg none': () => {
          const [, payload] = user.token.split('.');
          return bearer(`${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`);
        },
        'tampered payload': () => {
          const [header, payload = '', signature] = user.token.split('.');
          const claims = { ...decode(payload), sub: randomUUID() };
          return bearer(`${header}.${encode(claims)}.${signature}`);
        },
        'signed by another key': () => {
          const [header, payload] = user.token.split('.');
          const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          const signature = sign('sha256', Buffer.from(`${header}.${payload}`), {
            key: privateKey,
            dsaEncoding: 'ieee-p1363',
          });
          return bearer(`${header}.${payload}.${signature.toString('base64url')}`);
        },
        'signed by a key in its own header': () => {
          const [, payload] = user.token.split('.');
          const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          const header = encode({ alg: 'ES256', typ: 'JWT', jwk: publicKey.export({ format: 'jwk' }) });
          const signature = sign('sha256', Buffer.from(`${header}.${payload}`), {
            key: privateKey,
            dsaEncoding: 'ieee-p1363',
          });
          return bearer(`${header}.${payload}.${signature.toString('base64url')}`);
        },
      } satisfies Record<string, () => Record<string, string>>;

      test.each(Object.entries(forged))('return 401: %s', async (_, headers) => {
        const { status, body } = await call(target(), 'GET', '/api/v1/secrets', { headers: headers() });
        expect(status).toBe(401);
        expect(body).toEqual({
          success: false,
          error: 'Authentication is required: send a valid X-Api-Key or Authorization header.',
          code: 'UNAUTHENTICATED',
          requestId: expect.any(String),
        });
      });

      test('the administrator’s key is not a user’s key', async () => {
        expect(await works({ 'x-api-key': target().administratorKey })).toBe(false);
      });

      test('a caller who is not signed in does not learn what is wrong with the request', async () => {
        const { status } = await call(target(), 'PUT', '/api/v1/secrets/X', { body: '{"value":' });
        expect(status).toBe(401);
      });
    });

    describe('sessions', () => {
      test('refresh returns another token for a valid one', async () => {
        const { status, body } = await user.callWithToken('POST', '/api/refresh');
        expect(status).toBe(200);
        expect(body.token).not.toBe(user.token);
        expect(body.user.id).toBe(user.id);
        expect(await works(bearer(body.token))).toBe(true);
        expect((await user.call('POST', '/api/refresh')).status).toBe(401);
      });

      test('logout ends the token that it is sent with, and no other', async () => {
        const { body } = await login(user);
        expect((await post('/api/logout', undefined, bearer(body.token))).status).toBe(200);
        expect(await works(bearer(body.token))).toBe(false);
        expect((await post('/api/verify', { token: body.token })).status).toBe(401);
        expect(await works(bearer(user.token))).toBe(true);
      });

      test('a password change ends all tokens and keeps the API key', async () => {
        const other = await TestUser.register(target());
        const newPassword = 'a password that is new';
        const { status, body } = await other.callWithToken('POST', '/api/password', {
          body: { currentPassword: other.password, newPassword },
        });
        expect(status).toBe(200);
        expect(await works(bearer(other.token))).toBe(false);
        expect(await works(bearer(body.token))).toBe(true);
        expect((await login(other)).status).toBe(401);
        const again = await login({ email: other.email, password: newPassword });
        expect([again.status, again.body.apiKey]).toEqual([200, other.apiKey]);
      });

      test('a password change requires the current password', async () => {
        const { status, body } = await user.call('POST', '/api/password', {
          body: { currentPassword: 'wrong', newPassword: 'a password that is new' },
        });
        expect([status, body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
        expect((await login(user)).status).toBe(200);
      });

      test('of two concurrent password changes, one succeeds', async () => {
        const other = await TestUser.register(target());
        const change = (newPassword: string) =>
          other.call('POST', '/api/password', { body: { currentPassword: other.password, newPassword } });
        const passwords = ['the first new one', 'the second new one'];
        const answers = await Promise.all(passwords.map(change));
        const won = answers.findIndex(({ status }) => status === 200);
        expect(answers.map(({ status }) => status).sort()).toSatisfy(
          ([first, second]: number[]) => first === 200 && [401, 409].includes(second as number),
        );
        expect((await login({ email: other.email, password: passwords[won] as string })).status).toBe(200);
        expect((await login({ email: other.email, password: passwords[1 - won] as string })).status).toBe(
          401,
        );
      });
    });

    describe('API key rotation', () => {
      test('replaces the key; with the password, later logins return the new one', async () => {
        const other = await TestUser.register(target());
        const { status, body } = await other.call('POST', '/api/apikey/rotate', {
          body: { password: other.password },
        });
        expect(status).toBe(200);
        expect(body.apiKey).toMatch(/^pyapi_/);
        expect(await works({ 'x-api-key': other.apiKey })).toBe(false);
        expect(await works({ 'x-api-key': body.apiKey })).toBe(true);
        expect((await login(other)).body.apiKey).toBe(body.apiKey);
      });

      test('without the password, later logins return no key', async () => {
        const other = await TestUser.register(target());
        const { body } = await other.callWithToken('POST', '/api/apikey/rotate');
        expect(await works({ 'x-api-key': body.apiKey })).toBe(true);
        const again = await login(other);
        expect([again.status, again.body.apiKey]).toEqual([200, null]);
      });

      test('changes nothing when the password is wrong', async () => {
        const { status } = await user.call('POST', '/api/apikey/rotate', { body: { password: 'wrong' } });
        expect(status).toBe(401);
        expect(await works({ 'x-api-key': user.apiKey })).toBe(true);
      });

      test('after several concurrent rotations, one key is valid', async () => {
        const other = await TestUser.register(target());
        const rotate = () =>
          other.callWithToken('POST', '/api/apikey/rotate', { body: { password: other.password } });
        const answers = await Promise.all([rotate(), rotate(), rotate()]);
        const keys = answers.filter(({ status }) => status === 200).map(({ body }) => body.apiKey);
        expect(keys.length).toBeGreaterThan(0);
        const good = await Promise.all([other.apiKey, ...keys].map((key) => works({ 'x-api-key': key })));
        expect(good.filter(Boolean)).toHaveLength(1);
        const current = [other.apiKey, ...keys][good.indexOf(true)];
        expect((await login(other)).body.apiKey).toBe(current);
      });
    });
  });
}
