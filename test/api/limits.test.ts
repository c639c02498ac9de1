import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { TestAppliance } from './appliance.ts';
import { call, TestUser } from './target.ts';

let appliance: TestAppliance;
afterEach(() => appliance.remove());

const post = (path: string, body: unknown) => call(appliance.target, 'POST', path, { body });

describe('rate limits', () => {
  test('a credential gets so many calls in a window, and is told when to come back', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_API_RATE_LIMIT: '5/3600' });
    const user = await TestUser.register(appliance.target);
    const answers = await Promise.all(Array.from({ length: 9 }, () => user.call('GET', '/api/v1/secrets')));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(5).fill(200),
      ...Array(4).fill(429),
    ]);

    const { status, headers, body } = await user.call('GET', '/api/v1/secrets');
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED']);
    const number = (name: string) => Number(headers.get(name));
    expect(number('retry-after')).toBeGreaterThan(0);
    expect(number('retry-after')).toBe(number('ratelimit-reset'));
    expect([number('ratelimit-limit'), number('ratelimit-remaining')]).toEqual([5, 0]);

    const other = await TestUser.register(appliance.target);
    expect((await other.call('GET', '/api/v1/secrets')).status).toBe(200);
  });

  test('a limit outlives a restart', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_API_RATE_LIMIT: '3/3600' });
    const user = await TestUser.register(appliance.target);
    for (let calls = 0; calls < 3; calls++) await user.call('GET', '/api/v1/secrets');
    await appliance.end('SIGKILL');
    await appliance.start();
    const { status } = await call(appliance.target, 'GET', '/api/v1/secrets', {
      headers: { 'x-api-key': user.apiKey },
    });
    expect(status).toBe(429);
  });

  test('limits sign-ins by address, for any account', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_AUTH_RATE_LIMIT: '4/3600' });
    const attempt = () =>
      post('/api/login', { email: `unknown-${randomUUID()}@example.com`, password: 'a wrong password' });
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries++) statuses.push((await attempt()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  });

  test('a malformed sign-in counts too', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_AUTH_RATE_LIMIT: '2/3600' });
    const email = 'somebody@example.com';
    expect((await post('/api/login', { email, password: 7 })).status).toBe(400);
    expect((await post('/api/login', { email, passwort: 'x' })).status).toBe(400);
    expect((await post('/api/login', { email, password: 'x' })).status).toBe(429);
  });
});

describe('registration', () => {
  const register = (email: string) => post('/api/register', { email, password: 'secureP@ss123' });

  test('is closed if the setting says so', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_REGISTRATION: 'closed' });
    const { status, body } = await register('developer@example.com');
    expect([status, body.code]).toEqual([403, 'REGISTRATION_CLOSED']);
  });

  test('is open to the listed domains, and to no others', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_REGISTRATION: 'example.com,example.org' });
    for (const [email, status] of [
      ['a@example.com', 201],
      ['b@EXAMPLE.ORG', 201],
      ['c@sub.example.com', 403],
      ['d@notexample.com', 403],
      ['e@example.net', 403],
    ] as const) {
      expect([email, (await register(email)).status]).toEqual([email, status]);
    }
  });
});

describe('an appliance that cannot run code', () => {
  test('does everything else, and says what would help', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_PYTHON: '/nonexistent/python3' });
    const user = await TestUser.register(appliance.target);
    expect((await user.call('PUT', '/api/v1/secrets/X', { body: { value: 'x' } })).status).toBe(201);
    const { status, body } = await user.call('POST', '/api/v1/execute', { body: { code: 'print(1)' } });
    expect([status, body.code]).toEqual([503, 'SANDBOX_UNAVAILABLE']);
    expect(body.error).toContain('STRONGROOM_PYTHON');

    const health = await call(appliance.target, 'GET', '/api/health');
    expect(health.status).toBe(503);
    expect(health.body).toMatchObject({
      status: 'failed',
      checks: { database: 'ok', objects: 'ok', keys: 'ok', sandbox: 'failed' },
    });
  });
});
