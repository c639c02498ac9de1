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

/** Rules of every endpoint, shown on a few of them. */
export function rulesSuite(target: () => Target): void {
  describe('rules for all endpoints', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    const put = (body: unknown, headers = {}) => user.call('PUT', '/api/v1/secrets/RULES', { body, headers });

    test('every response has a request id and may not be cached', async () => {
      for (const path of ['/health', '/api/v1/secrets', '/api/v1/nothing']) {
        const { headers } = await user.call('GET', path);
        expect(headers.get('x-request-id')).toBeTruthy();
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }
    });

    test('JSON responses declare UTF-8', async () => {
      const { headers } = await user.call('GET', '/api/v1/secrets');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    });

    test('malformed JSON is 400', async () => {
      const { status, body } = await put('{"value":');
      expect(status).toBe(400);
      expect(body).toEqual({ ...errorShape, code: 'MALFORMED_JSON' });
    });

    test.each(['[]', '"text"', 'null', '7', 'true'])('a body of %s is 400', async (text) => {
      const { status, body } = await put(text);
      expect(status).toBe(400);
      expect(body).toMatchObject({ ...errorShape, code: 'INVALID_REQUEST' });
    });

    test('an unknown field is 400 and named', async () => {
      const { status, body } = await put({ value: 'x', valeu: 'y' });
      expect(status).toBe(400);
      expect(body).toEqual({
        ...errorShape,
        code: 'INVALID_REQUEST',
        details: [{ path: 'valeu', message: 'is not a known field' }],
      });
    });

    test('a field such as __proto__ is unknown like any other', async () => {
      const { status, body } = await put('{"value":"x","__proto__":{"admin":true}}');
      expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    });

    test('a field of the wrong type is 400 and named', async () => {
      const { status, body } = await put({ value: 7 });
      expect(status).toBe(400);
      expect(body.details).toEqual([{ path: 'value', message: expect.any(String) }]);
    });

    test('a missing field is 400 and named', async () => {
      const { status, body } = await put({});
      expect([status, body.details[0].path]).toEqual([400, 'value']);
    });

    test('an unknown or invalid query parameter is 400 and named', async () => {
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

    test('a JSON content type may name a charset', async () => {
      const answer = await put('{"value":"x"}', { 'content-type': 'Application/JSON; charset=utf-8' });
      expect([200, 201]).toContain(answer.status);
    });

    test('a body over the limit is 413', async () => {
      const { status, body } = await put({ value: 'x'.repeat(limits.inlineBodyBytes) });
      expect(status).toBe(413);
      expect(body).toEqual({ ...errorShape, code: 'PAYLOAD_TOO_LARGE' });
    });

    test('a body over the gateway’s limit is 413', async ({ skip }) => {
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

    test('a path parameter with invalid percent-encoding is 400 and named', async ({ skip }) => {
      if (target().cannotPass.has('encodedSlash')) skip('see test/cloud/unsupported.ts');
      const { status, body } = await user.call('DELETE', '/api/v1/secrets/%ZZ');
      expect([status, body.details]).toEqual([
        400,
        [{ path: 'name', message: 'is not valid percent-encoding' }],
      ]);
    });

    const rateLimit = async () => {
      const { headers } = await user.call('GET', '/api/v1/secrets');
      const read = (name: string) => Number(headers.get(`ratelimit-${name}`));
      return { limit: read('limit'), remaining: read('remaining'), reset: read('reset') };
    };

    test('an allowed response states limit, remaining requests and seconds to the reset', async () => {
      const { limit, remaining, reset } = await rateLimit();
      for (const count of [limit, remaining, reset]) expect(count).toSatisfy(Number.isSafeInteger);
      expect(remaining).toBeGreaterThanOrEqual(0);
      expect(remaining).toBeLessThan(limit);
      expect(reset).toBeGreaterThan(0);
    });

    test('each request of a window takes one from the remaining requests', async () => {
      let [before, after] = [await rateLimit(), await rateLimit()];
      // The seconds to the reset grow only where a window ended in between. The next request is in the new window.
      if (after.reset > before.reset) {
        expect(after.remaining).toBe(after.limit - 1);
        [before, after] = [after, await rateLimit()];
      }
      expect(after.limit).toBe(before.limit);
      expect(after.remaining).toBe(before.remaining - 1);
      expect(after.reset).toBeLessThanOrEqual(before.reset);
    });

    describe('Idempotency-Key', () => {
      const execute = (code: string, key: string) =>
        user.call('POST', '/api/v1/execute', { body: { code }, headers: { 'idempotency-key': key } });

      test('replays the first response to the same request', async () => {
        const key = randomUUID();
        const code = 'import os; print(os.urandom(8).hex())';
        const first = await execute(code, key);
        const second = await execute(code, key);
        expect(first.status).toBe(200);
        expect([second.status, second.body]).toEqual([200, first.body]);
        expect(second.headers.get('idempotency-replayed')).toBe('true');
        expect((await execute(code, randomUUID())).body.stdout).not.toBe(first.body.stdout);
      });

      test('answers 409 when another request has the same key', async () => {
        const key = randomUUID();
        await execute('print(1)', key);
        const { status, body } = await execute('print(2)', key);
        expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
      });

      test('runs one of several concurrent requests', async () => {
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

      test('keeps the keys of users apart', async () => {
        const key = randomUUID();
        const other = await TestUser.register(target());
        const mine = await execute('print(1)', key);
        const theirs = await other.call('POST', '/api/v1/execute', {
          body: { code: 'print(1)' },
          headers: { 'idempotency-key': key },
        });
        expect(theirs.body.executionId).not.toBe(mine.body.executionId);
      });

      test('lets a rejected request be corrected and sent again', async () => {
        const key = randomUUID();
        expect((await execute('\0'.repeat(300_000), key)).status).toBe(400);
        expect((await execute('print(1)', key)).status).toBe(200);
      });

      test('rejects a key that is too long with 400 and names it', async () => {
        const { status, body } = await execute('print(1)', 'k'.repeat(256));
        expect([status, body.details[0].path]).toEqual([400, 'Idempotency-Key']);
      });
    });
  });
}
