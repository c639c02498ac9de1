import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { legacyCiphertext, sr2Ciphertext } from '../support/ciphertext.ts';
import { legacyClient, legacyVersions } from '../support/legacy-client.ts';
import { type Answer, type CallOptions, call, type Target, TestUser } from './target.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const openers = 24;

export function messagesSuite(target: () => Target): void {
  const create = (body: object = {}, options: CallOptions = {}) =>
    call(target(), 'POST', '/api/messages', {
      ...options,
      body: { encryptedContent: legacyCiphertext(), ...body },
    });
  const store = async (body: object = {}) => (await create(body)).body.data as Answer['body'];
  const getStatus = (id: string) => call(target(), 'GET', `/api/messages/${id}`);
  const open = (id: string, body?: object) => call(target(), 'POST', `/api/messages/${id}/open`, { body });
  const remove = (id: string, headers: Record<string, string> = {}) =>
    call(target(), 'DELETE', `/api/messages/${id}`, { headers });
  const newNonce = () => randomBytes(16).toString('base64url');
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const gone = ({ status, body }: Answer) => [status, { ...body, requestId: '' }];

  describe('messages', () => {
    let user: TestUser;
    let absent: ReturnType<typeof gone>;
    beforeAll(async () => {
      user = await TestUser.register(target());
      absent = gone(await getStatus('no-such-message'));
      expect(absent[0]).toBe(404);
    });

    describe('creating', () => {
      test('anonymously returns the only right to delete the message', async () => {
        const { status, body } = await create({ name: 'API Secret', expiresAt: null, maxAccess: 1 });
        expect(status).toBe(201);
        expect(body).toEqual({
          success: true,
          message: 'Message stored successfully',
          data: {
            messageId: expect.stringMatching(/^[A-Za-z0-9_-]{31}$/),
            deleteToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
            url: expect.stringMatching(new RegExp(`^https?://.+/s/${body.data.messageId}$`)),
            expiresAt: null,
          },
        });
      });

      test('while signed in makes it the user’s own', async () => {
        for (const call of [user.call.bind(user), user.callWithToken.bind(user)]) {
          const { status, body } = await call('POST', '/api/messages', {
            body: { encryptedContent: legacyCiphertext() },
          });
          expect(status).toBe(201);
          expect(Object.keys(body.data).sort()).toEqual(['expiresAt', 'messageId', 'url']);
        }
      });

      test('stores an expiry in UTC, whatever its offset', async () => {
        const asked = new Date(Date.now() + 3_600_000);
        const offset = `${new Date(asked.getTime() + 7_200_000).toISOString().slice(0, -1)}+02:00`;
        expect((await store({ expiresAt: offset })).expiresAt).toBe(asked.toISOString());
      });

      test.each([
        ['encryptedContent', 'plaintext'],
        ['encryptedContent', ''],
        ['encryptedContent', undefined],
        ['encryptedContent', `${'ab'.repeat(32)}`],
        ['encryptedContent', `${'ab'.repeat(32)}${Buffer.alloc(15).toString('base64')}`],
        ['encryptedContent', `${'ab'.repeat(32)}\n${Buffer.alloc(16).toString('base64')}`],
        ['encryptedContent', `${'zz'.repeat(32)}${Buffer.alloc(16).toString('base64')}`],
        ['encryptedContent', `sr2.${Buffer.alloc(56).toString('base64url')}`],
        ['encryptedContent', `sr2.${Buffer.alloc(60).toString('base64url')}+`],
        ['name', 'n'.repeat(limits.messageNameCharacters + 1)],
        ['name', 7],
        ['expiresAt', 'tomorrow'],
        ['expiresAt', '2020-01-01T00:00:00Z'],
        ['expiresAt', '2999-01-01T00:00:00Z'],
        ['expiresAt', '2030-01-01T00:00:00'],
        ['maxAccess', 0],
        ['maxAccess', -1],
        ['maxAccess', 1.5],
        ['maxAccess', '1'],
        ['maxAcces', 1],
      ])('%s %j is 400, and the error names it', async (path, value) => {
        const { status, body } = await create({ [path]: value });
        expect([status, body.success, body.details[0].path]).toEqual([400, false, path]);
        expect(typeof body.error).toBe('string');
      });

      test('accepts a message of the maximum size, and not a byte more', async () => {
        const encryptedContent = sr2Ciphertext(limits.messageBytes);
        expect(encryptedContent).toHaveLength(limits.messageBytes);
        const { messageId } = await store({ encryptedContent, maxAccess: 1 });
        expect((await open(messageId)).body.data).toEqual({ encryptedContent, remaining: 0 });
        for (const more of [1, 100, limits.messageBytes]) {
          const { status, body } = await create({ encryptedContent: encryptedContent + 'A'.repeat(more) });
          expect([status, body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
        }
      });

      test.each([300, 32 * 1024, 32 * 1024 + 4, 400 * 1024, 500_000])(
        'returns %i characters unchanged',
        async (characters) => {
          const encryptedContent = sr2Ciphertext(characters);
          const { messageId } = await store({ encryptedContent });
          const { body } = await open(messageId);
          expect(body.data.encryptedContent === encryptedContent).toBe(true);
        },
      );

      test('twice with the same Idempotency-Key creates one message', async () => {
        const headers = { 'idempotency-key': randomUUID() };
        const encryptedContent = legacyCiphertext();
        const [first, second] = [
          await create({ encryptedContent }, { headers }),
          await create({ encryptedContent }, { headers }),
        ];
        expect([second.status, second.body]).toEqual([201, first.body]);
        expect((await create({}, { headers })).status).toBe(409);
      });

      test.each([
        ['an unknown API token', { authorization: `Bearer enigma_${'0'.repeat(24)}_${'0'.repeat(64)}` }],
        ['a variable that was not set', { authorization: 'Bearer undefined' }],
        ['nothing after Bearer', { authorization: 'Bearer' }],
        ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
        ['an unknown API key', { 'x-api-key': `pyapi_${'0'.repeat(24)}_${'0'.repeat(64)}` }],
        ['an empty API key', { 'x-api-key': '' }],
      ])('answers 401 for %s, rather than treating the sender as anonymous', async (_, headers) => {
        const { status, body } = await create({}, { headers });
        expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
      });

      test('is refused to the administrator’s key', async () => {
        const { status } = await create({}, { headers: { 'x-api-key': target().administratorKey } });
        expect(status).toBe(401);
      });
    });

    describe('status', () => {
      test('says what is stored, and counts no access', async () => {
        const expiresAt = inSeconds(3600);
        const { messageId } = await store({ name: 'for you', expiresAt, maxAccess: 2 });
        for (let times = 0; times < 5; times++) {
          const { status, body } = await getStatus(messageId);
          expect(status).toBe(200);
          expect(body).toEqual({
            success: true,
            data: { name: 'for you', createdAt: time, expiresAt, remaining: 2, format: 1 },
          });
        }
      });

      test('includes the format, and omits what was not given', async () => {
        const { messageId } = await store({ encryptedContent: sr2Ciphertext(), name: null });
        expect((await getStatus(messageId)).body.data).toEqual({
          createdAt: time,
          expiresAt: null,
          remaining: null,
          format: 2,
        });
      });
    });

    describe('opening', () => {
      test('counts down, and the last access deletes the message', async () => {
        const encryptedContent = legacyCiphertext();
        const { messageId } = await store({ encryptedContent, maxAccess: 3 });
        for (const remaining of [2, 1, 0]) {
          const { status, body } = await open(messageId);
          expect([status, body]).toEqual([200, { success: true, data: { encryptedContent, remaining } }]);
        }
        expect(gone(await open(messageId))).toEqual(absent);
        expect(gone(await getStatus(messageId))).toEqual(absent);
      });

      test('is unlimited without a limit', async () => {
        const { messageId } = await store();
        for (let times = 0; times < 3; times++) {
          expect((await open(messageId, {})).body.data.remaining).toBe(null);
        }
      });

      test('an absent, a malformed, a used-up, an expired and a deleted message get the same response', async () => {
        const used = await store({ maxAccess: 1 });
        await open(used.messageId);
        const deleted = await store();
        await remove(deleted.messageId, { 'x-delete-token': deleted.deleteToken });
        const expired = await store({ expiresAt: inSeconds(1.5) });
        expect((await getStatus(expired.messageId)).status).toBe(200);
        await after(1_600);
        const made = `${used.messageId.slice(0, 9)}${newNonce()}`;
        for (const id of [used.messageId, deleted.messageId, expired.messageId, made, 'a', '%20', '..a']) {
          expect(gone(await getStatus(id))).toEqual(absent);
          expect(gone(await open(id))).toEqual(absent);
          expect(gone(await open(id, { nonce: newNonce() }))).toEqual(absent);
          expect(gone(await remove(id, { 'x-delete-token': newNonce() }))).toEqual(absent);
        }
      });

      test('of concurrent openers, exactly as many succeed as there are accesses', async () => {
        for (const withNonce of [false, true]) {
          const { messageId } = await store({ maxAccess: 7 });
          const answers = await Promise.all(
            Array.from({ length: openers }, () => open(messageId, withNonce ? { nonce: newNonce() } : {})),
          );
          const statuses = answers.map(({ status }) => status);
          expect(statuses.filter((status) => status === 200)).toHaveLength(7);
          expect(statuses.filter((status) => status === 404)).toHaveLength(openers - 7);
          expect(answers.filter(({ body }) => body.data?.remaining === 0)).toHaveLength(1);
        }
      });

      test('of concurrent openers, none is refused if there is no limit', async () => {
        const { messageId } = await store();
        const answers = await Promise.all(Array.from({ length: openers }, () => open(messageId)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      });

      test.each(['short', 'a'.repeat(21), 'a'.repeat(129), '!'.repeat(22), 7, null])(
        'with the nonce %j is 400 and counts no access',
        async (nonce) => {
          const { messageId } = await store({ maxAccess: 1 });
          const { status, body } = await open(messageId, { nonce });
          expect([status, body.details[0].path]).toEqual([400, 'nonce']);
          expect((await getStatus(messageId)).body.data.remaining).toBe(1);
        },
      );
    });

    describe('opening again with the nonce of a lost response', () => {
      test('returns the content again, without counting another access', async () => {
        const { messageId } = await store({ maxAccess: 5 });
        const nonce = newNonce();
        const [first, second] = [await open(messageId, { nonce }), await open(messageId, { nonce })];
        expect(first.body.data.remaining).toBe(4);
        expect([second.status, second.body]).toEqual([200, first.body]);
        expect((await getStatus(messageId)).body.data.remaining).toBe(4);
        const third = await open(messageId, { nonce });
        expect([third.status, third.body.code]).toEqual([409, 'NONCE_SPENT']);
        expect((await open(messageId, { nonce: newNonce() })).body.data.remaining).toBe(3);
      });

      test.each([300, 100_000])(
        'works for the last access, of %i characters, and only for that nonce',
        async (size) => {
          const encryptedContent = sr2Ciphertext(size);
          const { messageId } = await store({ encryptedContent, maxAccess: 1 });
          const nonce = newNonce();
          await open(messageId, { nonce });
          for (const body of [undefined, { nonce: newNonce() }]) {
            expect(gone(await open(messageId, body))).toEqual(absent);
          }
          expect(gone(await getStatus(messageId))).toEqual(absent);
          expect((await open(messageId, { nonce })).body.data).toEqual({ encryptedContent, remaining: 0 });
          expect(gone(await open(messageId, { nonce }))).toEqual(absent);
        },
      );

      test('works for an earlier access after another opener used the last one', async () => {
        const { messageId } = await store({ maxAccess: 2 });
        const nonce = newNonce();
        await open(messageId, { nonce });
        expect((await open(messageId)).body.data.remaining).toBe(0);
        expect((await open(messageId, { nonce })).body.data.remaining).toBe(1);
        expect(gone(await open(messageId, { nonce }))).toEqual(absent);
      });

      test('concurrently with the first request counts one access, and returns the content at most twice', async () => {
        const { messageId } = await store({ maxAccess: 9 });
        const nonce = newNonce();
        const answers = await Promise.all(Array.from({ length: 6 }, () => open(messageId, { nonce })));
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
        expect((await getStatus(messageId)).body.data.remaining).toBe(8);
      });

      test('does not restore a deleted message', async () => {
        const { messageId, deleteToken } = await store({ maxAccess: 5 });
        const nonce = newNonce();
        await open(messageId, { nonce });
        await remove(messageId, { 'x-delete-token': deleteToken });
        expect(gone(await open(messageId, { nonce }))).toEqual(absent);
      });

      test('does not outlive the message’s expiry', async () => {
        const { messageId } = await store({ maxAccess: 1, expiresAt: inSeconds(2) });
        const nonce = newNonce();
        expect((await open(messageId, { nonce })).status).toBe(200);
        await after(2_100);
        expect(gone(await open(messageId, { nonce }))).toEqual(absent);
      });
    });

    describe('deleting', () => {
      const own = async () => {
        const body = { encryptedContent: legacyCiphertext() };
        return (await user.call('POST', '/api/messages', { body })).body.data.messageId as string;
      };

      test('accepts the delete token of an anonymous sender', async () => {
        const { messageId, deleteToken } = await store();
        for (const wrong of ['', `${deleteToken}x`, newNonce(), deleteToken.slice(1)]) {
          expect(gone(await remove(messageId, { 'x-delete-token': wrong }))).toEqual(absent);
        }
        expect(gone(await remove(messageId))).toEqual(absent);
        const { status, body } = await remove(messageId, { 'x-delete-token': deleteToken });
        expect([status, body]).toEqual([200, { success: true, message: 'Message deleted' }]);
        expect(gone(await open(messageId))).toEqual(absent);
        expect(gone(await remove(messageId, { 'x-delete-token': deleteToken }))).toEqual(absent);
      });

      test('accepts the owner', async () => {
        const messageId = await own();
        expect((await user.call('DELETE', `/api/messages/${messageId}`)).status).toBe(200);
        expect(gone(await getStatus(messageId))).toEqual(absent);
      });

      test('accepts no one else', async () => {
        const messageId = await own();
        const other = await TestUser.register(target());
        expect(gone(await other.call('DELETE', `/api/messages/${messageId}`))).toEqual(absent);
        const { deleteToken } = await store();
        expect(gone(await remove(messageId, { 'x-delete-token': deleteToken }))).toEqual(absent);
        expect((await remove(messageId, { authorization: 'Bearer nonsense' })).status).toBe(401);
        expect((await getStatus(messageId)).status).toBe(200);
      });
    });

    describe('the list', () => {
      type Listed = { readonly messageId: string };
      const listed = async (who: TestUser, query = '') => who.call('GET', `/api/messages${query}`);

      test('contains the user’s own messages, newest first, without content', async () => {
        const sender = await TestUser.register(target());
        const encryptedContent = sr2Ciphertext(1000);
        const made: string[] = [];
        for (const name of ['one', 'two', 'three']) {
          const body = { encryptedContent, name, maxAccess: 3 };
          made.push((await sender.call('POST', '/api/messages', { body })).body.data.messageId);
        }
        await store();
        await open(made[0] as string);
        const { status, body, text } = await listed(sender);
        expect([status, body.success]).toEqual([200, true]);
        expect(body.data.map(({ messageId }: Listed) => messageId)).toEqual(made.toReversed());
        expect(body.data[2]).toEqual({
          messageId: made[0],
          url: expect.stringMatching(new RegExp(`^https?://.+/s/${made[0]}$`)),
          name: 'one',
          createdAt: time,
          expiresAt: null,
          maxAccess: 3,
          remaining: 2,
          accesses: 1,
          lastAccessAt: time,
          format: 2,
          sizeBytes: encryptedContent.length,
          auditResource: expect.stringMatching(/^messages\/[A-Za-z0-9_-]{22}$/),
        });
        expect(text).not.toContain(encryptedContent.slice(0, 100));

        const paged: Listed[] = [];
        let cursor: string | undefined;
        do {
          const page = await listed(sender, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
          paged.push(...page.body.data);
          cursor = page.body.nextCursor;
        } while (cursor);
        expect(paged).toEqual(body.data);
      });

      test('contains only messages that can still be opened', async () => {
        const sender = await TestUser.register(target());
        const body = { encryptedContent: legacyCiphertext(), maxAccess: 1 };
        const { messageId } = (await sender.call('POST', '/api/messages', { body })).body.data;
        await sender.call('POST', '/api/messages', {
          body: { encryptedContent: legacyCiphertext(), expiresAt: inSeconds(0.5) },
        });
        await open(messageId);
        await after(600);
        expect((await listed(sender)).body).toEqual({ success: true, data: [] });
      });

      test('requires a signed-in user', async () => {
        expect((await call(target(), 'GET', '/api/messages')).status).toBe(401);
      });
    });

    test('the owner finds in the audit log who opened a message, but not its ID', async () => {
      const sender = await TestUser.register(target());
      const body = { encryptedContent: legacyCiphertext(), maxAccess: 2 };
      const { messageId } = (await sender.call('POST', '/api/messages', { body })).body.data;
      const [{ auditResource }] = (await sender.call('GET', '/api/messages')).body.data;
      const nonce = newNonce();
      await open(messageId, { nonce });
      await open(messageId, { nonce });
      await open(messageId);
      const { body: log, text } = await sender.call('GET', '/api/v1/audit');
      const entries = log.entries.slice(0, 4);
      expect(entries.map(({ action }: { action: string }) => action)).toEqual([
        'messages.open',
        'messages.open',
        'messages.open',
        'messages.create',
      ]);
      expect(entries[0]).toMatchObject({
        actor: { userId: null, keyId: null },
        resource: auditResource,
        outcome: 'success',
        ip: expect.any(String),
      });
      expect(entries[3]).toMatchObject({ actor: { userId: sender.id }, resource: auditResource });
      expect(text).not.toContain(messageId);
    });

    test.each(legacyVersions)(
      'what a client on crypto-js %s encrypts comes back byte for byte',
      { timeout: 60_000 },
      async (version) => {
        const client = legacyClient(version);
        const encryptedContent = client.encryptMessage('naïve café 🔑', 'correct horse');
        // The derivation blocks for seconds: let `fetch` notice the connections that the server closed meanwhile.
        await after(50);
        const { messageId } = await store({
          encryptedContent,
          name: 'API Secret',
          expiresAt: null,
          maxAccess: 1,
        });
        expect((await getStatus(messageId)).body.data.format).toBe(1);
        const { body } = await open(messageId);
        expect(body.data.encryptedContent).toBe(encryptedContent);
        expect(client.decryptMessage(body.data.encryptedContent, 'correct horse')).toMatchObject({
          version: 'v1',
          content: 'naïve café 🔑',
        });
      },
    );
  });
}
