import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { chunkBytes } from '../../../crypto/vault/file-format.ts';
import type { Target } from '../target.ts';
import { asAdministrator, b64, newOrg, VaultUser } from './vault-user.ts';

export function filesSuite(target: () => Target): void {
  describe('files', () => {
    let user: VaultUser;
    beforeAll(async () => {
      user = await VaultUser.create(target(), await newOrg(target()));
    });

    test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, limits.inlineFileBytes])(
      'a file of %i bytes comes back',
      async (size) => {
        const content = randomBytes(size);
        const id = await user.upload(content);
        const { status, body } = await user.file(id);
        expect([status, Buffer.from(body.contentB64, 'base64').equals(content)]).toEqual([200, true]);
        const { body: list } = await user.open('GET', '/v1/files?limit=100');
        expect(list.find((file: { id: string }) => file.id === id)?.sizeBytes).toBe(size);
        expect((await user.call('DELETE', `/v1/files/${id}`)).status).toBe(200);
      },
    );

    test.each(['a', 'ключ 🗝️', '../../etc/passwd', 'x'.repeat(limits.fileNameBytes), '__proto__'])(
      'the name %s is kept unchanged',
      async (fileName) => {
        const id = await user.upload('content', { fileName });
        expect((await user.file(id)).body.fileName).toBe(fileName);
      },
    );

    test.each([undefined, 'text/plain', 'text/plain; charset=utf-8', 'image/svg+xml'])(
      'returns the content type %s',
      async (contentType) => {
        const { body } = await user.file(await user.upload('content', { contentType }));
        expect(body.contentType).toBe(contentType ?? 'application/octet-stream');
      },
    );

    test.each([
      ['fileName', { fileName: undefined }],
      ['fileName', { fileName: '' }],
      ['fileName', { fileName: 'line\nbreak' }],
      ['fileName', { fileName: 'nul\0' }],
      ['fileName', { fileName: 'x'.repeat(limits.fileNameBytes + 1) }],
      ['fileName', { fileName: '\ud800' }],
      ['contentType', { contentType: 'no type' }],
      ['contentType', { contentType: 'text/plain\r\nX-Header: 1' }],
      ['contentType', { contentType: `a/${'x'.repeat(limits.contentTypeCharacters)}` }],
      ['contentB64', { contentB64: undefined }],
      ['contentB64', { contentB64: 'YQ' }],
      ['contentB64', { contentB64: 'Y Q==' }],
      ['contentB64', { contentB64: '_-8=' }],
      ['contentB64', { contentB64: b64(Buffer.alloc(limits.inlineFileBytes + 1)) }],
      ['unheardOf', { unheardOf: 1 }],
    ])('a bad %s is 400, and the error names it', async (path, terms) => {
      const file = { fileName: 'a', contentType: 'text/plain', contentB64: 'YQ==', ...terms };
      const { status, body } = await user.open('POST', '/v1/files', { body: file });
      expect([status, body.details?.map((detail: { path: string }) => detail.path)]).toEqual([400, [path]]);
    });

    test('the same name twice creates two files', async () => {
      const ids = [await user.upload('one'), await user.upload('two')];
      const contents = await Promise.all(ids.map(async (id) => (await user.file(id)).body.contentB64));
      expect(contents).toEqual([b64('one'), b64('two')]);
    });

    test('a file is stored once per Idempotency-Key', async () => {
      const post = (content: string) =>
        user.open('POST', '/v1/files', {
          headers: { 'idempotency-key': 'a file' },
          body: { fileName: 'once', contentB64: b64(content) },
        });
      const [first, again] = [await post('content'), await post('content')];
      expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
      expect((await post('another')).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    test('pages the list, oldest file first', async () => {
      const other = await VaultUser.create(target(), user.orgId);
      const ids: string[] = [];
      for (const fileName of ['1', '2', '3']) ids.push(await other.upload('content', { fileName }));
      const first = await other.open('GET', '/v1/files?limit=2');
      const cursor = first.headers.get('x-next-cursor');
      const rest = await other.open('GET', `/v1/files?limit=2&cursor=${cursor}`);
      const seen = [...first.body, ...rest.body].map(({ id }: { id: string }) => id);
      expect([first.body.length, seen, rest.headers.get('x-next-cursor')]).toEqual([2, ids, null]);
      expect((await other.open('GET', '/v1/files?cursor=AAAA')).body.code).toBe('INVALID_CURSOR');
    });

    test('a file survives a rekey, but the old secret does not', async () => {
      const other = await VaultUser.create(target(), user.orgId);
      const id = await other.upload('kept');
      const renewed = `${other.secret}, renewed`;
      await other.open('POST', '/v1/keys/rekey', { headers: { 'x-new-user-secret': renewed } });
      expect((await other.file(id)).status).toBe(401);
      other.secret = renewed;
      expect((await other.file(id)).body.contentB64).toBe(b64('kept'));
    });

    test('audit entries name a file only by its ID', async () => {
      const other = await VaultUser.create(target(), user.orgId);
      const id = await other.upload('content', { fileName: 'the-secret-name' });
      await other.file(id);
      const { text, body } = await other.call('GET', '/api/v1/audit');
      const seen = body.entries.map(({ action, resource }: never) => `${action} ${resource}`);
      expect(seen).toEqual(expect.arrayContaining([`files.create files/${id}`, `files.get files/${id}`]));
      expect(text).not.toContain('the-secret-name');
    });
  });

  describe('the plan and the storage of an org', () => {
    const sizes = { maxRecords: 9, maxKeyPlusValueBytes: 999 };
    const orgWith = async (plan: object) => {
      const org = await newOrg(target());
      const set = await asAdministrator(target(), 'PUT', `/admin/orgs/${org}/plan`, {
        key: 'small',
        ...sizes,
        ...plan,
      });
      expect(set.status).toBe(200);
      return { org, user: await VaultUser.create(target(), org) };
    };
    const post = (user: VaultUser, content = 'content') =>
      user.open('POST', '/v1/files', { body: { fileName: 'a', contentB64: b64(content) } });

    test('limit the number of files of all users together', async () => {
      const { org, user } = await orgWith({ maxFiles: 2, maxFileSizeBytes: 100 });
      const other = await VaultUser.create(target(), org);
      const answers = await Promise.all([user, other, user, other].map((by) => post(by)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 400, 400]);
      const refused = answers.find(({ status }) => status === 400);
      expect(refused?.body.code).toBe('PLAN_LIMIT_REACHED');
      const made = answers.findIndex(({ status }) => status === 201);
      const by = made % 2 === 0 ? user : other;
      await by.call('DELETE', `/v1/files/${answers[made]?.body.id}`);
      expect((await post(user)).status).toBe(201);
      expect((await post(user)).status).toBe(400);
    });

    test('limit the size of a file', async () => {
      const { user } = await orgWith({ maxFiles: 9, maxFileSizeBytes: 10 });
      expect((await post(user, 'x'.repeat(10))).status).toBe(201);
      const { status, body } = await post(user, 'x'.repeat(11));
      expect([status, body.code, body.error]).toEqual([
        400,
        'PLAN_LIMIT_REACHED',
        expect.stringContaining('10 bytes for a file'),
      ]);
    });

    test('an org without storage stores no files, and keeps existing ones', async () => {
      const { org, user } = await orgWith({ maxFiles: 9, maxFileSizeBytes: 100 });
      const id = await user.upload('content');
      await asAdministrator(target(), 'PUT', `/admin/orgs/${org}/storage`, { provider: 'none' });
      const { status, body } = await post(user);
      expect([status, body.code]).toEqual([400, 'STORAGE_NOT_CONFIGURED']);
      expect((await user.file(id)).status).toBe(200);
      expect((await user.call('DELETE', `/v1/files/${id}`)).status).toBe(200);
    });
  });
}
