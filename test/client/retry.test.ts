import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { StrongroomError } from '../../client/error.ts';
import { StrongroomClient } from '../../client/index.ts';
import { defaultRetry, retryDelay } from '../../client/retry.ts';
import { backoff } from '../../contract/backoff.ts';
import { refusal, ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let client: StrongroomClient;

beforeAll(async () => {
  server = await ScriptedServer.start();
  client = new StrongroomClient({ baseUrl: server.url, retry: { baseMs: 1 } });
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

const list = { status: 200, body: [] };
const ended = { status: 200, body: { status: 'completed' } };
const run = { body: { code: 'print(1)' } };
const login = { body: { email: 'a@example.com', password: 'secureP@ss123' } };

const keys = () => server.received.map(({ headers }) => headers['idempotency-key']);

describe('a call is made again', () => {
  it.each([
    ['429', refusal(429, 'RATE_LIMITED')],
    ['502', { status: 502, body: 'bad gateway' }],
    ['503', refusal(503, 'UNAVAILABLE')],
    ['504', { status: 504, body: 'time-out' }],
    ['a broken connection', 'break'],
  ] as const)('after %s, where it may be repeated', async (_, first) => {
    server.answers(first, list);
    expect((await client.call('secrets.list')).status).toBe(200);
    expect(server.received).toHaveLength(2);
  });

  it('with the same Idempotency-Key where it creates something, so that it is done once', async () => {
    server.answers('break', refusal(409, 'IDEMPOTENCY_IN_PROGRESS'), ended);
    await client.call('executions.create', run);
    expect(server.received).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(server.received.map(({ body }) => body)).size).toBe(1);
  });

  it('with the key that the caller has', async () => {
    server.answers('break', ended);
    await client.call('executions.create', { ...run, idempotencyKey: 'mine' });
    expect(keys()).toEqual(['mine', 'mine']);
  });

  it('after a longer pause, by a client that has more patience', async () => {
    const hasty = client.withRetry({ maxMs: 500 });
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '1' }), list);
    await expect(hasty.call('secrets.list')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    server.reset();
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '1' }), list);
    expect((await hasty.withRetry({ maxMs: 2_000 }).call('secrets.list')).status).toBe(200);
  });

  it('with another key for another call', async () => {
    server.answers(ended, ended);
    await client.call('executions.create', run);
    await client.call('executions.create', run);
    expect(new Set(keys()).size).toBe(2);
  });

  it('though it may not be repeated, where the API did nothing of it', async () => {
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '0' }), { status: 200, body: {} });
    await client.call('auth.login', login);
    expect(server.received).toHaveLength(2);
  });

  it('three times at most unless told', async () => {
    server.answers(...Array(9).fill(refusal(503, 'UNAVAILABLE')));
    await expect(client.call('secrets.list')).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(server.received).toHaveLength(4);
    server.reset();
    server.answers(...Array(9).fill(refusal(503, 'UNAVAILABLE')));
    const once = new StrongroomClient({ baseUrl: server.url, retry: { retries: 0 } });
    await expect(once.call('secrets.list')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.received).toHaveLength(1);
  });

  it('no sooner than Retry-After says', async () => {
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '1' }), list);
    const started = performance.now();
    await client.call('secrets.list');
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });
});

describe('a call is not made again', () => {
  it.each([
    [400, 'INVALID_REQUEST'],
    [401, 'UNAUTHENTICATED'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [500, 'INTERNAL'],
    [502, 'GENERATOR_FAILED'],
    [503, 'GENERATOR_NOT_CONFIGURED'],
    [503, 'SANDBOX_UNAVAILABLE'],
  ])('after %i', async (status, code) => {
    server.answers(refusal(status, code), list);
    await expect(client.call('secrets.list')).rejects.toMatchObject({ code, status });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['a broken connection', 'break'],
    ['503', refusal(503, 'UNAVAILABLE')],
  ] as const)('after %s, where it may have been done and must not be twice', async (_, first) => {
    server.answers(first, { status: 200, body: {} });
    await expect(client.call('auth.login', login)).rejects.toThrow(StrongroomError);
    expect(server.received).toHaveLength(1);
  });

  it('where the API asks for more patience than there is; the error says how much', async () => {
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '900' }), list);
    await expect(client.call('secrets.list')).rejects.toMatchObject({ status: 429, retryAfter: 900 });
    expect(server.received).toHaveLength(1);
  });
});

describe('an aborted call', () => {
  it('ends while it waits for an answer', async () => {
    server.answers('silence');
    const controller = new AbortController();
    const call = client.call('secrets.list', { signal: controller.signal });
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.received).toHaveLength(1);
  });

  it('ends while it waits to try again', async () => {
    server.answers(refusal(429, 'RATE_LIMITED', { 'retry-after': '15' }), list);
    const controller = new AbortController();
    const call = client.call('secrets.list', { signal: controller.signal });
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(server.received).toHaveLength(1);
  });

  it('is never sent where the signal has aborted before', async () => {
    await expect(client.call('secrets.list', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(server.received).toHaveLength(0);
  });
});

describe('the pause', () => {
  it('is the jitter, after what the API asks for', () => {
    const unavailable = (retryAfter?: number) =>
      new StrongroomError('', { code: 'UNAVAILABLE', status: 503, ...(retryAfter && { retryAfter }) });
    const { maxMs } = defaultRetry;
    expect(retryDelay(unavailable(), true, 123, maxMs)).toBe(123);
    expect(retryDelay(unavailable(2), true, 123, maxMs)).toBe(2_123);
    expect(retryDelay(unavailable(21), true, 123, maxMs)).toBeUndefined();
    expect(retryDelay(new Error('other'), true, 123, maxMs)).toBeUndefined();
  });

  it('is anywhere below a ceiling that doubles up to its bound', async () => {
    const { baseMs, maxMs } = defaultRetry;
    const jitters = new Map<number, number[]>();
    const runs = Array.from({ length: 200 }, () => {
      let attempt = 0;
      const delayAfter = (_: unknown, jitterMs: number) => {
        attempt += 1;
        jitters.set(attempt, [...(jitters.get(attempt) ?? []), jitterMs]);
        return 0;
      };
      return backoff(() => Promise.reject(new Error('again')), { attempts: 10, baseMs, maxMs, delayAfter });
    });
    await Promise.allSettled(runs);
    for (const [attempt, ceiling] of [
      [1, 200],
      [2, 400],
      [3, 800],
      [9, 20_000],
    ] as const) {
      const all = jitters.get(attempt) ?? [];
      expect(all).toHaveLength(200);
      expect(Math.max(...all)).toBeLessThanOrEqual(ceiling);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(ceiling / 4);
    }
  });
});
