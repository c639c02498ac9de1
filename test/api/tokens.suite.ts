import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { legacyCiphertext } from '../support/ciphertext.ts';
import { call, type Target, TestUser } from './target.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

export function tokensSuite(target: () => Target): void {
  describe('API tokens', () => {
    let user: TestUser;
    beforeEach(async () => {
      user = await TestUser.register(target());
    });

    const create = (body: object = {}) => user.call('POST', '/api/tokens', { body: { name: 'CI', ...body } });
    const make = async (body: object = {}) =>
      (await create(body)).body.data as { token: string; tokenId: string };
    const list = async (query = '') => (await user.call('GET', `/api/tokens${query}`)).body;
    const as = (token: string, method: string, path: string, body?: unknown) =>
      call(target(), method, path, { body, headers: { authorization: `Bearer ${token}` } });
    const send = (token: string) =>
      as(token, 'POST', '/api/messages', { encryptedContent: legacyCiphertext() });

    test('a new token is shown once, and is valid for 90 days by default', async () => {
      const { status, body } = await create();
      expect(status).toBe(201);
      expect(body).toEqual({
        success: true,
        data: {
          tokenId: expect.stringMatching(/^[0-9a-f]{24}$/),
          token: expect.stringMatching(new RegExp(`^enigma_${body.data.tokenId}_[0-9a-f]{64}$`)),
          name: 'CI',
          scopes: ['messages:read', 'messages:write'],
          createdAt: time,
          expiresAt: time,
          lastUsedAt: null,
        },
      });
      const days = (Date.parse(body.data.expiresAt) - Date.parse(body.data.createdAt)) / 86_400_000;
      expect(days).toBe(90);
      expect((await make({ expiresAt: null })) as object).toMatchObject({ expiresAt: null });
    });

    test('a list contains metadata and never a token', async () => {
      const made = [await make({ name: 'one' }), await make({ name: 'two', scopes: ['messages:read'] })];
      const { status, body, text } = await user.callWithToken('GET', '/api/tokens');
      expect([status, body.success]).toEqual([200, true]);
      const known = made.map(({ token: _, ...rest }) => rest);
      expect(body.data).toEqual(known.toSorted((a, b) => (a.tokenId < b.tokenId ? -1 : 1)));
      for (const { token } of made) expect(text).not.toContain(token.split('_')[2]);
      const first = await list('?limit=1');
      const second = await list(`?limit=1&cursor=${first.nextCursor}`);
      expect([...first.data, ...second.data]).toEqual(body.data);
      expect(second.nextCursor).toBeUndefined();
    });

    test.each([
      ['name', ''],
      ['name', 'n'.repeat(limits.apiTokenNameCharacters + 1)],
      ['name', undefined],
      ['scopes', []],
      ['scopes.0', ['secrets:read']],
      ['expiresAt', '2020-01-01T00:00:00Z'],
      ['expiresAt', '2999-01-01T00:00:00Z'],
      ['expiresAt', 'never'],
      ['scope', ['messages:read']],
    ])('%s %j is 400, and the error names it', async (path, value) => {
      const { status, body } = await create({ [path.replace('.0', '')]: value });
      expect([status, body.details[0].path]).toEqual([400, path]);
    });

    test('stores a token’s messages as the user’s own', async () => {
      const { token } = await make();
      const { status, body } = await send(token);
      expect(status).toBe(201);
      expect(body.data).not.toHaveProperty('deleteToken');
      const { messageId } = body.data;
      const { data } = (await user.call('GET', '/api/messages')).body;
      expect(data.map((message: { messageId: string }) => message.messageId)).toEqual([messageId]);
      expect((await as(token, 'GET', '/api/messages')).body.data).toEqual(data);
      expect((await as(token, 'DELETE', `/api/messages/${messageId}`)).status).toBe(200);
    });

    test('X-Api-Key accepts a token too', async () => {
      const { token } = await make();
      const { status } = await call(target(), 'GET', '/api/messages', { headers: { 'x-api-key': token } });
      expect(status).toBe(200);
    });

    test('a token without the scope is 403', async () => {
      const { token: reader } = await make({ scopes: ['messages:read'] });
      const { token: writer } = await make({ scopes: ['messages:write'] });
      const refused = await send(reader);
      expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
      expect(refused.body.error).toContain('messages:write');
      expect((await as(reader, 'GET', '/api/messages')).status).toBe(200);
      expect((await as(writer, 'GET', '/api/messages')).status).toBe(403);
      const { messageId } = (await send(writer)).body.data;
      expect((await as(reader, 'DELETE', `/api/messages/${messageId}`)).status).toBe(403);
      expect((await as(writer, 'DELETE', `/api/messages/${messageId}`)).status).toBe(200);
    });

    test('a token is refused everywhere else exactly like an unknown credential', async () => {
      const { token, tokenId } = await make();
      const unknown = `enigma_${'0'.repeat(24)}_${'0'.repeat(64)}`;
      for (const [method, path, body] of [
        ['GET', '/api/v1/secrets'],
        ['PUT', '/api/v1/secrets/X', { value: 'x' }],
        ['POST', '/api/v1/execute', { code: 'print(1)' }],
        ['GET', '/api/v1/audit'],
        ['GET', '/api/tokens'],
        ['POST', '/api/tokens', { name: 'more' }],
        ['DELETE', `/api/tokens/${tokenId}`],
        ['POST', '/api/refresh'],
        ['POST', '/api/verify'],
      ] as const) {
        const [mine, nobodys] = [await as(token, method, path, body), await as(unknown, method, path, body)];
        expect([path, mine.status]).toEqual([path, 401]);
        expect({ ...mine.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' });
      }
    });

    test('a revoked, an expired and a modified token are refused alike', async () => {
      const revoked = await make();
      expect((await send(revoked.token)).status).toBe(201);
      const answer = await user.call('DELETE', `/api/tokens/${revoked.tokenId}`);
      expect([answer.status, answer.body]).toEqual([200, { success: true, message: 'Token revoked' }]);
      const expired = await make({ expiresAt: new Date(Date.now() + 2_500).toISOString() });
      expect((await send(expired.token)).status).toBe(201);
      await after(2_600);
      const good = await make();
      const last = good.token.endsWith('0') ? '1' : '0';
      const bodies = await Promise.all(
        [revoked.token, expired.token, `${good.token.slice(0, -1)}${last}`].map(async (token) => {
          const { status, body } = await send(token);
          expect(status).toBe(401);
          return { ...body, requestId: '' };
        }),
      );
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
      const names = (await list()).data.map(({ tokenId }: { tokenId: string }) => tokenId);
      expect(names.sort()).toEqual([expired.tokenId, good.tokenId].sort());
    });

    test('another user’s token looks like one that does not exist', async () => {
      const { token, tokenId } = await make();
      const other = await TestUser.register(target());
      const theirs = await other.call('DELETE', `/api/tokens/${tokenId}`);
      const absent = await other.call('DELETE', '/api/tokens/absent');
      expect(theirs.status).toBe(404);
      expect({ ...theirs.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
      expect((await send(token)).status).toBe(201);
    });

    test('does not revoke an API key by its key id', async () => {
      const keyId = user.apiKey.split('_')[1];
      expect((await user.call('DELETE', `/api/tokens/${keyId}`)).status).toBe(404);
      expect((await user.call('GET', '/api/tokens')).status).toBe(200);
    });

    test('its last use is recorded to the minute', async () => {
      const { token } = await make();
      const before = Math.floor(Date.now() / 60_000) * 60_000;
      await Promise.all([send(token), send(token), send(token)]);
      const [{ lastUsedAt }] = (await list()).data;
      expect(Date.parse(lastUsedAt)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(lastUsedAt)).toBeLessThanOrEqual(Date.now());
      expect(Date.parse(lastUsedAt) % 60_000).toBe(0);
    });

    test('creating and revoking tokens is in the audit log', async () => {
      const { tokenId } = await make();
      await user.call('DELETE', `/api/tokens/${tokenId}`);
      const { entries } = (await user.call('GET', '/api/v1/audit')).body;
      const seen = entries
        .slice(0, 2)
        .map(({ action, resource }: Record<string, string>) => [action, resource]);
      expect(seen).toEqual([
        ['tokens.delete', `tokens/${tokenId}`],
        ['tokens.create', `tokens/${tokenId}`],
      ]);
    });

    test('records what a token does under the user and the token', async () => {
      const { token, tokenId } = await make();
      await send(token);
      const { entries } = (await user.call('GET', '/api/v1/audit')).body;
      expect(entries[0]).toMatchObject({
        action: 'messages.create',
        actor: { userId: user.id, email: user.email, keyId: tokenId },
      });
    });
  });

  describe('the number of API tokens of a user', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    test('is limited', async () => {
      const create = (name: string) => user.call('POST', '/api/tokens', { body: { name } });
      for (let number = 0; number < limits.apiTokensPerUser; number++) {
        expect((await create(`${number}`)).status).toBe(201);
      }
      const { status, body } = await create('one more');
      expect([status, body.code]).toEqual([409, 'TOO_MANY_TOKENS']);
    });
  });
}
