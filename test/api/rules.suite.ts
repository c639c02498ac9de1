import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { call, type Target, TestUser } from './target.ts';

const errorShape = {
  success: false,
  error: expect.stringMatching(/^[A-Z].*[.:]/),
  code: expect.stringMatching(/^[A-Z_]+$/),
  requestId: expect.stringMatching(/.+/),
};

/** Rules for all endpoints, tested on a few. */
export function rulesSuite(target: () => Target): void {
  describe('rules for all endpoints', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    const put = (body: unknown, headers = {}) => user.call('PUT', '/api/v1/secrets/RULES', { body, headers });

    test('every response names its request and is not cached', async () => {
      for (const path of ['/health', '/api/v1/secrets', '/api/v1/nothing']) {
        const { headers } = await user.call('GET', path);
        expect(headers.get('x-request-id')).toBeTruthy();
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }
    });

    test('JSON responses say that they are UTF-8', async () => {
      const { headers } = await user.call('GET', '/api/v1/secrets');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    });

    test('malformed JSON is 400', async () => {
      const { status, body } = await put('{"value":');
      expect(status).toBe(400);
      expect(body).toEqual({ ...errorShape, code: 'MALFORMED_JSON' });
    });

    test.each(['[]', '"text"', 'null', '7', 'true'])('a body that is %s is 400', async (text) => {
      const { status, body } = await put(text);
      expect(status).toBe(400);
      expect(body).toMatchObject({ ...errorShape, code: 'INVALID_REQUEST' });
    });

    test('an unknown field is 400, and the error names it', async () => {
      const { status, body } = await put({ value: 'x', valeu: 'y' });
      expect(status).toBe(400);
      expect(body).toEqual({
        ...errorShape,
        code: 'INVALID_REQUEST',
        details: [{ path: 'valeu', message: 'is not known' }],
      });
    });

    test('a field like __proto__ is as unknown as any other', async () => {
      const { status, body } = await put('{"value":"x","__proto__":{"admin":true}}');
      expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    });

    test('a field of the wrong type is 400, and the error names it', async () => {
      const { status, body } = await put({ value: 7 });
      expect(status).toBe(400);
      expect(body.details).toEqual([{ path: 'value', message: expect.any(String) }]);
    });

    test('a missing field is 400, and the error names it', async () => {
      const { status, body } = await put({});
      expect([status, body.details[0].path]).toEqual([400, 'value']);
    });

    test('an unknown or invalid query parameter is 400, and the error names it', async () => {
      for (const [query, path] of [
        ['limit=0', 'limit'],
        ['limit=101', 'limit'],
        ['limit=ten', 'limit'],
        ['order=up', 'order'],
      ]) {
        const { status, body } = await user.call('GET', `/api/v1/secrets?${query}`);
        expect([status, body.details[0].path]).toEqual([400, path]);
      }
    });

    test('another content type is 415', async () => {
      const { status, body } = await put('{"value":"x"}', { 'content-type': 'text/plain' });
      expect(status).toBe(415);
      expect(body).toEqual({ ...errorShape, code: 'UNSUPPORTED_MEDIA_TYPE' });
    });

    test('JSON with a charset is JSON', async () => {
      const answer = await put('{"value":"x"}', { 'content-type': 'Application/JSON; charset=utf-8' });
      expect([200, 201]).toContain(answer.status);
    });

    test('a body over the limit is 413', async () => {
      const { status, body } = await put({ value: 'x'.repeat(limits.inlineBodyBytes) });
      expect(status).toBe(413);
      expect(body).toEqual({ ...errorShape, code: 'PAYLOAD_TOO_LARGE' });
    });

    test('a body over the limit of the gateway is 413', async ({ skip }) => {
      if (target().cannotPass.has('gatewayBodyLimit')) skip('see test/cloud/unsupported.ts');
      const { status, body } = await put('x'.repeat(11 * 1024 * 1024));
      expect(status).toBe(413);
      expect(body).toMatchObject(errorShape);
    });

    test('an unknown path is 404', async () => {
      const { status, body } = await call(target(), 'GET', '/api/v1/nothing');
      expect(status).toBe(404);
      expect(body).toEqual({ ...errorShape, code: 'NOT_FOUND' });
    });

    test('a known path with another method is 405 and lists the allowed methods', async ({ skip }) => {
      if (target().cannotPass.has('methodNotAllowed')) skip('see test/cloud/unsupported.ts');
      const { status, headers, body } = await call(target(), 'POST', '/api/v1/secrets');
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('GET');
      expect(body).toEqual({ ...errorShape, code: 'METHOD_NOT_ALLOWED' });
    });

    test('a path parameter with invalid percent-encoding is 400, and the error names it', async ({
      skip,
    }) => {
      if (target().cannotPass.has('encodedSlash')) skip('see test/cloud/unsupported.ts');
      const { status, body } = await user.call('DELETE', '/api/v1/secrets/%ZZ');
      expect([status, body.details]).toEqual([
        400,
        [{ path: 'name', message: 'is not valid percent-encoding' }],
      ]);
    });

    test('successful responses carry the rate limit', async () => {
      const { headers } = await user.call('GET', '/api/v1/secrets');
      const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
        Number(headers.get(`ratelimit-${name}`)),
      );
      expect(remaining).toBeLessThan(limit as number);
      expect(reset).toBeGreaterThan(0);
    });

    test('the remaining requests decrease with each request', async () => {
      const left = async () =>
        Number((await user.call('GET', '/api/v1/secrets')).headers.get('ratelimit-remaining'));
      const [first, second] = [await left(), await left()];
      // A new window may have started in between.
      expect(second === first - 1 || second > first).toBe(true);
    });

    describe('Idempotency-Key', () => {
      const execute = (code: string, key: string) =>
        user.call('POST', '/api/v1/execute', { body: { code }, headers: { 'idempotency-key': key } });

      test('the same request gets the first response', async () => {
        const key = randomUUID();
        const code = 'import os; print(os.urandom(8).hex())';
        const first = await execute(code, key);
        const second = await execute(code, key);
        expect(first.status).toBe(200);
        expect([second.status, second.body]).toEqual([200, first.body]);
        expect(second.headers.get('idempotency-replayed')).toBe('true');
        expect((await execute(code, randomUUID())).body.stdout).not.toBe(first.body.stdout);
      });

      test('another request with the key is 409', async () => {
        const key = randomUUID();
        await execute('print(1)', key);
        const { status, body } = await execute('print(2)', key);
        expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
      });

      test('concurrent requests run once', async () => {
        const key = randomUUID();
        const answers = await Promise.all(
          Array.from({ length: 6 }, () => execute('import time; time.sleep(0.5); print(1)', key)),
        );
        const executions = answers.filter(({ status }) => status === 200).map(({ body }) => body.executionId);
        expect(new Set(executions).size).toBe(1);
        for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
          expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS']);
        }
      });

      test('one user’s key is not another’s', async () => {
        const key = randomUUID();
        const other = await TestUser.register(target());
        const mine = await execute('print(1)', key);
        const theirs = await other.call('POST', '/api/v1/execute', {
          body: { code: 'print(1)' },
          headers: { 'idempotency-key': key },
        });
        expect(theirs.body.executionId).not.toBe(mine.body.executionId);
      });

      test('a refused request may be sent again, corrected', async () => {
        const key = randomUUID();
        expect((await execute('\0'.repeat(300_000), key)).status).toBe(400);
        expect((await execute('print(1)', key)).status).toBe(200);
      });

      test('a key that is empty or too long is 400, and the error names it', async () => {
        const { status, body } = await execute('print(1)', 'k'.repeat(256));
        expect([status, body.details[0].path]).toEqual([400, 'Idempotency-Key']);
      });
    });
  });
}
