import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import type { Target } from '../target.ts';
import { asAdministrator, b64, newOrg, VaultUser } from './vault-user.ts';

export function kvSuite(target: () => Target): void {
  describe('values', () => {
    let org = '';
    let user: VaultUser;
    beforeAll(async () => {
      org = await newOrg(target());
      user = await VaultUser.create(target(), org);
    });

    test.for([
      'a',
      'with space',
      'percent%25',
      'ключ',
      '🗝️',
      'a.b-c_d~e',
      'shares',
      'sharedx',
      '__proto__',
      'constructor',
      'x'.repeat(limits.kvKeyBytes),
      'é'.repeat(limits.kvKeyBytes / 2),
    ])('the name %s is kept unchanged', async (name, { skip }) => {
      if (name.includes('%') && target().cannotPass.has('encodedSlash'))
        skip('see test/cloud/unsupported.ts');
      expect((await user.put(name, name)).body).toMatchObject({ key: name });
      expect((await user.get(name)).body).toEqual({ valueB64: b64(name) });
      expect((await user.call('GET', '/v1/kv?limit=100')).body).toContain(name);
    });

    test('a slash is part of a name', async ({ skip }) => {
      if (target().cannotPass.has('encodedSlash')) skip('see test/cloud/unsupported.ts');
      for (const name of ['app/config/url', '/', 'a//b', 'shares/x']) {
        expect((await user.put(name, name)).body).toMatchObject({ key: name });
        expect((await user.get(name)).body).toEqual({ valueB64: b64(name) });
      }
      expect((await user.call('GET', '/v1/kv/app/config/url')).status).toBe(404);
    });

    test.each([
      'x'.repeat(limits.kvKeyBytes + 1),
      'é'.repeat(limits.kvKeyBytes / 2 + 1),
      'line\nbreak',
      'nul\0',
      'del\x7f',
      'c1\x85',
    ])('rejects the name %j with 400', async (name) => {
      const { status, body } = await user.put(name, 'v');
      expect([status, body.details[0].path]).toEqual([400, 'key']);
    });

    test.for(['shared/x', 'shared/', 'a/shares', 'a/shares/b', '/shares'])(
      'rejects the reserved name %j with 400',
      async (name, { skip }) => {
        if (target().cannotPass.has('encodedSlash')) skip('see test/cloud/unsupported.ts');
        const { status, body } = await user.put(name, 'v');
        expect([status, body.details[0]]).toEqual([
          400,
          { path: 'key', message: expect.stringContaining('reserved') },
        ]);
      },
    );

    test('rejects the reserved name “shared” with 400', async ({ skip }) => {
      if (target().cannotPass.has('methodNotAllowed')) skip('see test/cloud/unsupported.ts');
      for (const answer of [await user.put('shared', 'v'), await user.call('DELETE', '/v1/kv/shared')]) {
        expect([answer.status, answer.body.details[0].path]).toEqual([400, 'key']);
      }
    });

    test.each([
      ['missing', { other: 'x' }],
      ['not a string', { valueB64: 7 }],
      ['not padded', { valueB64: 'YQ' }],
      ['in the URL-safe alphabet', { valueB64: '_-8=' }],
      ['followed by white space', { valueB64: 'YQ==\n' }],
      ['encoded with leftover bits', { valueB64: 'YR==' }],
    ])('rejects a value that is %s with 400', async (_, body) => {
      const answer = await user.call('PUT', '/v1/kv/bad', { body });
      expect(answer.status).toBe(400);
      expect(answer.body.details.map(({ path }: { path: string }) => path)).toContain('valueB64');
    });

    test.each([0, 1, 32 * 1024 - 114, 32 * 1024, 32 * 1024 + 1, limits.kvValueBytes])(
      'returns a value of %d bytes unchanged',
      async (size) => {
        const bytes = randomBytes(size);
        const put = await user.call('PUT', '/v1/kv/sized', { body: { valueB64: b64(bytes) } });
        expect([200, 201]).toContain(put.status);
        expect((await user.get('sized')).body.valueB64).toBe(b64(bytes));
      },
    );

    test('a value of one byte too many is 400, and the previous one stays', async () => {
      await user.put('full', 'before');
      const valueB64 = b64(randomBytes(limits.kvValueBytes + 1));
      const { status, body } = await user.call('PUT', '/v1/kv/full', { body: { valueB64 } });
      expect([status, body.details[0].path]).toEqual([400, 'valueB64']);
      expect((await user.get('full')).body.valueB64).toBe(b64('before'));
    });

    test('each of several concurrent writers gets its own version, or is told to retry', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => user.put('race', `${i}`)));
      const done = answers.filter(({ status }) => status < 300);
      expect(answers.filter(({ status }) => ![200, 201, 409].includes(status))).toEqual([]);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const versions = done.map(({ body }) => body.version).sort((a, b) => a - b);
      expect(versions).toEqual(done.map((_, index) => index + 1));
      const last = done.find(({ body }) => body.version === done.length);
      expect((await user.get('race')).body.valueB64).toBe(b64(String(answers.indexOf(last as never))));
    });

    test('each user has their own names', async () => {
      const other = await VaultUser.create(target(), org);
      await user.put('mine', 'of one');
      expect((await other.get('mine')).status).toBe(404);
      await other.put('mine', 'of another');
      expect((await user.get('mine')).body.valueB64).toBe(b64('of one'));
      expect((await other.call('GET', '/v1/kv')).body).toEqual(['mine']);
    });

    test('pages the list', async () => {
      const other = await VaultUser.create(target(), org);
      for (const name of ['a', 'b', 'c', 'd', 'e']) await other.put(name, name);
      const names: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await other.call('GET', `/v1/kv?limit=2${cursor && `&cursor=${cursor}`}`);
        names.push(...page.body);
        cursor = page.headers.get('x-next-cursor');
      }
      expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect((await other.call('GET', '/v1/kv?cursor=x')).body.code).toBe('INVALID_CURSOR');
    });

    test('records reads and changes in the audit log, by name', async () => {
      const other = await VaultUser.create(target(), org);
      await other.put('noted', 'v');
      await other.get('noted');
      await other.get('noted', 'not the user secret');
      await other.call('DELETE', '/v1/kv/noted');
      const { entries } = (await other.call('GET', '/api/v1/audit')).body;
      const notes = entries.map(({ action, resource, outcome }: Record<string, string>) =>
        [action, resource, outcome].join(' '),
      );
      expect(notes).toEqual([
        'kv.delete kv/noted success',
        `kv.get users/${other.id}/keys refused`,
        'kv.get kv/noted success',
        'kv.put kv/noted success',
        `keys.generate users/${other.id}/keys success`,
      ]);
    });
  });

  describe('the plan of an org', () => {
    let org = '';
    let user: VaultUser;
    beforeEach(async () => {
      org = await newOrg(target());
      user = await VaultUser.create(target(), org);
    });

    const plan = { key: 'small', maxRecords: 2, maxKeyPlusValueBytes: 10, maxFiles: 0, maxFileSizeBytes: 0 };
    const setPlan = async (changes: object) => {
      const path = `/admin/orgs/${org}/plan`;
      const { status } = await asAdministrator(target(), 'PUT', path, { ...plan, ...changes });
      expect(status).toBe(200);
    };

    test('is the default one until the administrator sets another', async () => {
      const get = () => asAdministrator(target(), 'GET', `/admin/orgs/${org}/plan`);
      expect((await get()).body).toMatchObject({ key: 'default' });
      await setPlan({});
      expect((await get()).body).toEqual(plan);
      const admin = await VaultUser.create(target(), org, { isAdmin: true, keys: false });
      expect((await admin.call('GET', `/admin/orgs/${org}/plan`)).body).toEqual(plan);
      expect((await admin.call('PUT', `/admin/orgs/${org}/plan`, { body: plan })).status).toBe(403);
      expect((await user.call('GET', `/admin/orgs/${org}/plan`)).status).toBe(403);
      expect((await user.call('GET', '/admin/orgs/default/plan')).status).toBe(404);
      const absent = await asAdministrator(target(), 'PUT', '/admin/orgs/none/plan', plan);
      expect(absent.status).toBe(404);
    });

    test('storage is the appliance’s own or none', async () => {
      const path = `/admin/orgs/${org}/storage`;
      expect((await asAdministrator(target(), 'GET', path)).body).toEqual({ provider: 'appliance' });
      expect((await asAdministrator(target(), 'PUT', path, { provider: 'none' })).status).toBe(200);
      expect((await asAdministrator(target(), 'GET', path)).body).toEqual({ provider: 'none' });
      expect((await asAdministrator(target(), 'PUT', path, { provider: 'floppy' })).status).toBe(400);
    });

    test('limits the records of all its users, and a deleted one makes room', async () => {
      await setPlan({});
      const other = await VaultUser.create(target(), org);
      const answers = await Promise.all([
        user.put('a', 'v'),
        other.put('b', 'v'),
        user.put('c', 'v'),
        other.put('d', 'v'),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 400, 400]);
      const refused = answers.find(({ status }) => status === 400);
      expect(refused?.body.code).toBe('PLAN_LIMIT_REACHED');
      const names = [(await user.call('GET', '/v1/kv')).body, (await other.call('GET', '/v1/kv')).body];
      expect(names.flat()).toHaveLength(2);
      const [who, name] = names[0].length > 0 ? [user, names[0][0]] : [other, names[1][0]];
      expect((await who.put(name, 'w')).status).toBe(200);
      expect((await who.call('DELETE', `/v1/kv/${name}`)).status).toBe(200);
      expect((await user.put('e', 'v')).status).toBe(201);
      expect((await user.put('f', 'v')).status).toBe(400);
    });

    test('limits a value together with its name', async () => {
      await setPlan({});
      expect((await user.put('name', '123456')).status).toBe(201);
      const { status, body } = await user.put('name', '1234567');
      expect([status, body.code]).toEqual([400, 'PLAN_LIMIT_REACHED']);
      expect((await user.get('name')).body.valueB64).toBe(b64('123456'));
    });
  });
}
