import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StrongroomClient, StrongroomError } from '../../client/index.ts';
import { parseMessageLink } from '../../client/message-link.ts';
import {
  createMessage,
  fetchMessage,
  lookAtMessage,
  MessageError,
  newNonce,
  openMessage,
} from '../../client/messages.ts';
import { messagePrimitives } from '../../client/node.ts';
import { TestAppliance } from '../api/appliance.ts';
import { call, TestUser } from '../api/target.ts';
import { legacyClient } from '../support/legacy-client.ts';
import { refusal, ScriptedServer } from './scripted-server.ts';

const primitives = await messagePrimitives();
const content = 'db-password: 東京 🔐\n';
const password = 'correct horse';

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof MessageError || error instanceof StrongroomError) return error.code;
  throw new Error('it did not fail as it should', { cause: error });
}

describe('a message', () => {
  let appliance: TestAppliance;
  let client: StrongroomClient;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    client = new StrongroomClient({ baseUrl: appliance.target.url });
  });
  afterAll(() => appliance.remove());

  const create = (more: object = {}) => createMessage(client, primitives, { content, ...more });
  const remainingOf = async (url: string) =>
    (await lookAtMessage(client, parseMessageLink(url).messageId)).remaining;

  test('is opened by its link alone, and is gone after as many accesses as it has', async () => {
    const { url, messageId, deleteToken, expiresAt } = await create({ maxAccess: 2, name: 'Database' });
    expect(url).toMatch(new RegExp(`^${appliance.target.url}/s/${messageId}#[\\w-]{48}$`));
    expect(deleteToken).toMatch(/^[\w-]{43}$/);
    expect(expiresAt).toBeNull();
    const opened = await openMessage(primitives, url);
    expect(opened).toMatchObject({ content, remaining: 1, format: 2, name: 'Database', expiresAt: null });
    expect((await openMessage(primitives, url)).remaining).toBe(0);
    expect(await codeOf(openMessage(primitives, url))).toBe('NOT_FOUND');
  });

  test('with a password needs it, and is not touched without it', async () => {
    const { url } = await create({ maxAccess: 1, password });
    expect(await codeOf(openMessage(primitives, url))).toBe('PASSWORD_REQUIRED');
    expect(await codeOf(openMessage(primitives, url, { password: async () => undefined }))).toBe(
      'PASSWORD_REQUIRED',
    );
    expect(await remainingOf(url)).toBe(1);
    expect((await openMessage(primitives, url, { password })).content).toBe(content);
  });

  test('takes one access, however often a wrong password is typed', async () => {
    const { url } = await create({ maxAccess: 2, password });
    const typed = ['wrong', 'worse', password];
    const asked: number[] = [];
    const opened = await openMessage(primitives, url, {
      password: async (attempt) => {
        asked.push(attempt);
        return typed[attempt - 1];
      },
    });
    expect([opened.content, opened.remaining, asked]).toEqual([content, 1, [1, 2, 3]]);
    expect(await remainingOf(url)).toBe(1);
    const givesUp = openMessage(primitives, url, {
      password: async (attempt) => (attempt === 1 ? 'wrong' : undefined),
    });
    expect(await codeOf(givesUp)).toBe('WRONG_PASSWORD');
  });

  test('is not touched through a link that is cut', async () => {
    const { url } = await create({ maxAccess: 1 });
    for (const cut of [url.slice(0, -1), url.slice(0, url.indexOf('#'))]) {
      expect(await codeOf(openMessage(primitives, cut))).toBe('INCOMPLETE_LINK');
    }
    expect(await remainingOf(url)).toBe(1);
  });

  test('of an older client opens by its link and password', async () => {
    const encryptedContent = legacyClient('4.1').encryptMessage(content, password);
    const { url } = (await client.call('messages.create', { body: { encryptedContent } })).body.data;
    expect((await openMessage(primitives, url, { password })).content).toBe(content);
    expect((await openMessage(primitives, `${url}#${encodeURIComponent(password)}`)).content).toBe(content);
    expect(await codeOf(openMessage(primitives, url))).toBe('PASSWORD_REQUIRED');
  });

  test('expires when it was told to', async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    expect((await create({ expiresAt })).expiresAt).toBe(expiresAt.toISOString());
  });

  test('is its sender’s own, or deleted by what an anonymous one was given', async () => {
    const { apiKey } = await TestUser.register(appliance.target);
    const own = await createMessage(client.withCredential({ apiKey }), primitives, { content });
    expect(own.deleteToken).toBeUndefined();
    const { messageId, deleteToken = '' } = await create();
    const headers = { 'X-Delete-Token': deleteToken };
    expect((await client.call('messages.delete', { params: { id: messageId }, headers })).status).toBe(200);
  });

  test('leaves nothing at the server that opens it', async () => {
    const { url } = await create({ password });
    const [, key = ''] = url.split('#');
    expect(appliance.output).not.toContain(key);
    const { messageId } = parseMessageLink(url);
    const stored = await call(appliance.target, 'POST', `/api/messages/${messageId}/open`, { body: {} });
    for (const secret of [key, content.trim(), password]) expect(stored.text).not.toContain(secret);
  });

  test('that is too large is refused before anything is sent', async () => {
    const failing = createMessage(client, primitives, { content: 'x'.repeat(752 * 1024) });
    await expect(failing).rejects.toThrow(RangeError);
  });
});

test('an anonymous sender does the proof of work that an installation asks for', async () => {
  const appliance = await TestAppliance.start({
    STRONGROOM_CHALLENGE: 'on',
    STRONGROOM_CHALLENGE_TRIES: '20',
  });
  try {
    const client = new StrongroomClient({ baseUrl: appliance.target.url });
    const { url } = await createMessage(client, primitives, { content });
    expect((await openMessage(primitives, url)).content).toBe(content);
  } finally {
    await appliance.remove();
  }
});

describe('an answer that is lost', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  const data = { encryptedContent: 'sr2.AAAA', remaining: 0 };
  const fetching = () => {
    const client = new StrongroomClient({ baseUrl: server.url, retry: { retries: 0 } });
    return fetchMessage(client, 'abc', newNonce(primitives));
  };

  test.each(['break' as const, refusal(504, 'TIMEOUT')])(
    'is requested again, under the same nonce',
    async (lost) => {
      server.answers(lost, { status: 200, body: { success: true, data } });
      expect(await fetching()).toEqual(data);
      const bodies = server.received.map(({ body }) => body);
      expect(bodies).toHaveLength(2);
      expect(bodies[0]).toMatch(/^\{"nonce":"[\w-]{22}"\}$/);
      expect(bodies[1]).toBe(bodies[0]);
    },
  );

  test('is not asked for again where there is nothing', async () => {
    server.answers(refusal(404, 'NOT_FOUND'));
    expect(await codeOf(fetching())).toBe('NOT_FOUND');
    expect(server.received).toHaveLength(1);
  });
});

describe('a link', () => {
  test('says where, what and by which key, behind a stage too', () => {
    expect(parseMessageLink('https://example.com/prod/s/ab-_1#key')).toEqual({
      baseUrl: 'https://example.com/prod',
      messageId: 'ab-_1',
      fragment: 'key',
    });
    expect(parseMessageLink('http://127.0.0.1:8787/s/x').fragment).toBe('');
  });

  test.each([
    '',
    'x',
    '/s/abc#k',
    'ftp://example.com/s/abc',
    'https://example.com/docs',
    'https://example.com/s/',
  ])('%j is not a link', (url) => {
    expect(() => parseMessageLink(url)).toThrow(MessageError);
  });

  test('is asked for without a credential, and without its fragment', async () => {
    const server = await ScriptedServer.start();
    server.answers(refusal(404, 'NOT_FOUND'));
    expect(await codeOf(openMessage(primitives, `${server.url}/s/abc#secret-key`))).toBe('NOT_FOUND');
    const [received] = server.received;
    expect(received?.url).toBe('/api/messages/abc');
    expect(JSON.stringify(received)).not.toMatch(/secret-key|authorization|x-api-key/i);
    await server.stop();
  });
});
