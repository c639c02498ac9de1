import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { legacyCiphertext, sr2Ciphertext } from '../support/ciphertext.ts';
import { Opener } from '../support/openers.ts';
import { findPlanted, placesOf } from '../support/planted.ts';
import { TestAppliance } from './appliance.ts';
import { call, TestUser } from './target.ts';

let appliance: TestAppliance;
beforeEach(async () => {
  appliance = await TestAppliance.start();
});
afterEach(() => appliance.remove());

async function store(body: object): Promise<string> {
  const content = { encryptedContent: legacyCiphertext(), ...body };
  const answer = await call(appliance.target, 'POST', '/api/messages', { body: content });
  return answer.body.data.messageId;
}

const openAll = (openers: readonly Opener[]) =>
  Promise.all(openers.map((opener) => opener.open(appliance.target)));

describe('accesses', () => {
  test('of 200 concurrent openers, exactly 7 get a message with 7 accesses', async () => {
    const messageId = await store({ maxAccess: 7 });
    const outcomes = await openAll(Array.from({ length: 200 }, () => new Opener(messageId)));
    expect(outcomes.filter((outcome) => outcome === 'delivered')).toHaveLength(7);
    expect(outcomes.filter((outcome) => outcome === 'gone')).toHaveLength(193);
  });

  test.each([
    ['small', 300],
    ['in the object store', 40_000],
  ])('are exactly as many if the appliance is killed while they are counted: %s', async (_, characters) => {
    const messages = await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        const maxAccess = 1 + (number % 3);
        const encryptedContent = sr2Ciphertext(characters);
        return { maxAccess, messageId: await store({ encryptedContent, maxAccess }) };
      }),
    );
    const openers = messages.flatMap(({ messageId }) =>
      Array.from({ length: 6 }, () => new Opener(messageId)),
    );
    const opening = openAll(openers);
    while (!openers.some(({ outcome }) => outcome === 'delivered')) await after(1);
    await appliance.end('SIGKILL');
    await opening;
    await appliance.start();
    const lost = openers.filter(({ outcome }) => outcome === 'lost');
    expect(lost.length).toBeGreaterThan(0);
    await openAll(lost);
    expect(openers.filter(({ outcome }) => outcome === 'lost')).toEqual([]);

    for (const { messageId, maxAccess } of messages) {
      const delivered = openers.filter(
        (opener) => opener.messageId === messageId && opener.outcome === 'delivered',
      );
      expect([messageId, delivered.length]).toEqual([messageId, maxAccess]);
    }
  });

  test('a message survives kill -9 from the moment that it is acknowledged', async () => {
    const encryptedContent = sr2Ciphertext(50_000);
    const ids = await Promise.all([store({ encryptedContent }), store({ encryptedContent })]);
    await appliance.end('SIGKILL');
    await appliance.start();
    for (const id of ids) {
      const { body } = await call(appliance.target, 'POST', `/api/messages/${id}/open`);
      expect(body.data.encryptedContent === encryptedContent).toBe(true);
    }
  });
});

test('no delete token, API token or nonce is stored or printed, and no message ID is printed', async () => {
  const user = await TestUser.register(appliance.target);
  const key = { 'idempotency-key': 'planted' };
  const made = await user.call('POST', '/api/tokens', { body: { name: 'planted' }, headers: key });
  const { token } = made.body.data;
  const send = (headers: Record<string, string>, expiresAt: string | null = null) =>
    call(appliance.target, 'POST', '/api/messages', {
      body: { encryptedContent: legacyCiphertext(), expiresAt },
      headers,
    });
  const { messageId, deleteToken } = (await send(key)).body.data;
  await send({ authorization: `Bearer ${token}` });
  await send({ authorization: `Bearer ${token}` }, 'yesterday');
  const nonce = randomBytes(16).toString('base64url');
  const path = `/api/messages/${messageId}`;
  await call(appliance.target, 'POST', `${path}/open`, { body: { nonce } });
  await call(appliance.target, 'POST', `${path}/open`, { body: { nonce: [nonce] } });
  const remove = (value: string) =>
    call(appliance.target, 'DELETE', path, { headers: { 'x-delete-token': value } });
  expect((await remove(`${deleteToken}x`)).status).toBe(404);
  expect((await remove(deleteToken)).status).toBe(200);
  await user.call('DELETE', `/api/tokens/${token.split('_')[1]}`);

  const places = placesOf(appliance);
  expect(findPlanted(places, { deleteToken, token, tokenSecret: token.split('_')[2], nonce })).toEqual([]);
  const printed = new Map([...places].filter(([place]) => place === 'what was printed'));
  expect(findPlanted(printed, { messageId })).toEqual([]);
  // Proves that the search works: it must find the ids of messages in their table.
  expect(findPlanted(places, { messageId }).length).toBeGreaterThan(0);
});
