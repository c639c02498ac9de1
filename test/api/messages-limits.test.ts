import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterEach, describe, expect, test } from 'vitest';
import { legacyCiphertext } from '../support/ciphertext.ts';
import { TestAppliance } from './appliance.ts';
import { type CallOptions, call, TestUser } from './target.ts';

let appliance: TestAppliance;
afterEach(() => appliance.remove());

const create = ({ body, headers = {} }: { body?: object; headers?: CallOptions['headers'] } = {}) =>
  call(appliance.target, 'POST', '/api/messages', {
    body: { encryptedContent: legacyCiphertext(), ...body },
    headers,
  });

async function newToken(user: TestUser): Promise<CallOptions['headers']> {
  const { body } = await user.call('POST', '/api/tokens', { body: { name: 'limits' } });
  return { authorization: `Bearer ${body.data.token}` };
}

describe('limits of new messages', () => {
  test('are 20 without and 100 with a token per 15 minutes by default', async () => {
    appliance = await TestAppliance.start({
      STRONGROOM_MESSAGE_RATE_LIMIT: undefined,
      STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT: undefined,
    });
    const token = await newToken(await TestUser.register(appliance.target));
    for (const [headers, limit] of [
      [{}, 20],
      [token, 100],
    ] as const) {
      const answer = await create({ headers });
      expect(Number(answer.headers.get('ratelimit-limit'))).toBe(limit);
      expect(Number(answer.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(900);
    }
    const statuses = await Promise.all(Array.from({ length: 25 }, async () => (await create()).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(19);
    expect(statuses.filter((status) => status === 429)).toHaveLength(6);
  });

  test('count each token separately, and an address without a token separately from them', async () => {
    appliance = await TestAppliance.start({
      STRONGROOM_MESSAGE_RATE_LIMIT: '2/3600',
      STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT: '4/3600',
    });
    const user = await TestUser.register(appliance.target);
    const [one, other] = [await newToken(user), await newToken(user)];
    const statuses = async (count: number, headers: CallOptions['headers']) => {
      const answers = await Promise.all(Array.from({ length: count }, () => create({ headers })));
      return answers.map(({ status }) => status).sort();
    };
    expect(await statuses(6, one)).toEqual([201, 201, 201, 201, 429, 429]);
    expect(await statuses(3, {})).toEqual([201, 201, 429]);
    expect(await statuses(1, other)).toEqual([201]);

    const refused = await create();
    expect(refused.body).toMatchObject({ success: false, code: 'RATE_LIMITED' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Malformed requests count too.
    const third = await newToken(user);
    for (let times = 0; times < 4; times++) await create({ headers: third, body: { maxAccess: 0 } });
    expect((await create({ headers: third })).status).toBe(429);
  });

  test('are not those of looking and opening, which have the general one', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_API_RATE_LIMIT: '6/3600' });
    const { messageId } = (await create()).body.data;
    const statuses: number[] = [];
    for (let times = 0; times < 4; times++) {
      statuses.push((await call(appliance.target, 'GET', `/api/messages/guess-${times}`)).status);
      statuses.push((await call(appliance.target, 'POST', `/api/messages/guess-${times}/open`)).status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404, 429, 429]);
    const found = await call(appliance.target, 'GET', `/api/messages/${messageId}`);
    expect(found.status).toBe(429);
  });
});

describe('links', () => {
  test('point to where the request was sent', async () => {
    appliance = await TestAppliance.start();
    const { url, messageId } = (await create()).body.data;
    expect(url).toBe(`${appliance.target.url}/s/${messageId}`);
    const behindProxy = await create({ headers: { 'x-forwarded-proto': 'https' } });
    expect(behindProxy.body.data.url).toMatch(/^https:\/\//);
  });

  test('point to the public URL if one is configured', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_PUBLIC_URL: 'https://send.example.com/' });
    const { url, messageId } = (await create()).body.data;
    expect(url).toBe(`https://send.example.com/s/${messageId}`);
  });
});

describe('if anonymous senders must solve a challenge', () => {
  const start = async () => {
    appliance = await TestAppliance.start({ STRONGROOM_CHALLENGE: 'on', STRONGROOM_CHALLENGE_TRIES: '20' });
  };
  const newChallenge = async () => (await call(appliance.target, 'POST', '/api/challenges')).body;
  const encode = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64');
  const solve = async ({ parameters, signature }: Awaited<ReturnType<typeof newChallenge>>) => {
    const challenge = { parameters, signature };
    return { challenge, solution: await solveChallenge({ challenge, deriveKey }) };
  };
  const withSolution = (payload: unknown) => ({ 'x-challenge-solution': encode(payload) });

  test('a sender without a solution is refused, and learns what to do', async () => {
    await start();
    const { status, body } = await create();
    expect([status, body.success, body.code]).toEqual([403, false, 'CHALLENGE_REQUIRED']);
    expect(body.error).toContain('POST /api/challenges');
  });

  test('a solution is valid for one message', async () => {
    await start();
    const challenge = await newChallenge();
    expect(challenge.required).toBe(true);
    expect(challenge.parameters.expiresAt - Date.now() / 1000).toBeLessThanOrEqual(600);
    const headers = withSolution(await solve(challenge));
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ headers })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'CHALLENGE_REQUIRED')).toHaveLength(7);
    expect((await create({ headers })).status).toBe(403);
  });

  test('a refused message spends no challenge, and a replayed response needs none', async () => {
    await start();
    const headers = { ...withSolution(await solve(await newChallenge())), 'idempotency-key': 'once' };
    expect((await create({ headers, body: { encryptedContent: 'plaintext' } })).status).toBe(400);
    const body = { encryptedContent: legacyCiphertext() };
    const first = await create({ headers, body });
    expect(first.status).toBe(201);
    expect((await create({ headers, body })).body).toEqual(first.body);
  });

  test('nothing else is accepted as a solution', async () => {
    await start();
    const solved = await solve(await newChallenge());
    const { challenge, solution } = solved;
    const derivedKey = solution?.derivedKey ?? '';
    const easier = { ...challenge.parameters, cost: 1, keyPrefix: '0', expiresAt: 4_000_000_000 };
    const easy = { parameters: easier, signature: challenge.signature };
    const unknown = { parameters: { ...challenge.parameters, nonce: '00'.repeat(16) }, signature: '00' };
    for (const headers of [
      { 'x-challenge-solution': '' },
      { 'x-challenge-solution': 'AAAA' },
      { 'x-challenge-solution': 'A'.repeat(8_000) },
      withSolution(null),
      withSolution({ challenge }),
      withSolution({ challenge, solution: { ...solution, derivedKey: '00'.repeat(32) } }),
      withSolution({ challenge, solution: { ...solution, derivedKey: challenge.parameters.keyPrefix } }),
      withSolution({ challenge, solution: { ...solution, derivedKey: `${derivedKey}00` } }),
      withSolution({ challenge: easy, solution: { counter: 1, derivedKey: '00'.repeat(32) } }),
      withSolution({ challenge: unknown, solution }),
    ]) {
      const { status, body } = await create({ headers });
      expect([headers['x-challenge-solution'].slice(0, 40), status, body.code]).toEqual([
        headers['x-challenge-solution'].slice(0, 40),
        403,
        'CHALLENGE_REQUIRED',
      ]);
    }
    expect((await create({ headers: withSolution(solved) })).status).toBe(201);
  });

  test('a signed-in sender needs no challenge', async () => {
    await start();
    const user = await TestUser.register(appliance.target);
    expect((await create({ headers: { 'x-api-key': user.apiKey } })).status).toBe(201);
    expect((await create({ headers: await newToken(user) })).status).toBe(201);
  });

  test('opening needs no challenge', async () => {
    await start();
    const headers = withSolution(await solve(await newChallenge()));
    const { messageId } = (await create({ headers })).body.data;
    const { status } = await call(appliance.target, 'POST', `/api/messages/${messageId}/open`);
    expect(status).toBe(200);
  });
});
