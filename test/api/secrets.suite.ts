import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { type Target, TestUser } from './target.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

export function secretsSuite(target: () => Target): void {
  describe('secrets', () => {
    let user: TestUser;
    beforeEach(async () => {
      user = await TestUser.register(target());
    });

    const put = (name: string, body: unknown) => user.call('PUT', `/api/v1/secrets/${name}`, { body });
    const list = (query = '') => user.call('GET', `/api/v1/secrets${query}`);

    test('a new secret is 201, a replaced one 200 with the next version', async () => {
      const first = await put('DATABASE_URL', { value: 'one', description: 'of the shop' });
      expect(first.status).toBe(201);
      expect(first.body).toEqual({
        name: 'DATABASE_URL',
        description: 'of the shop',
        createdAt: time,
        updatedAt: time,
        version: 1,
        lastUsedAt: null,
      });
      const second = await put('DATABASE_URL', { value: 'two' });
      expect(second.status).toBe(200);
      expect(second.body).toMatchObject({
        description: 'of the shop',
        createdAt: first.body.createdAt,
        version: 2,
      });
    });

    test('a list contains metadata and never a value', async () => {
      await put('B_SECOND', { value: 'planted-value' });
      await put('A_FIRST', { value: 'planted-value' });
      const { status, body, text } = await list();
      expect(status).toBe(200);
      expect(body.map(({ name }: { name: string }) => name)).toEqual(['A_FIRST', 'B_SECOND']);
      expect(text).not.toContain('planted-value');
    });

    test('a list is paged by an opaque cursor, and ends without one', async () => {
      for (const name of ['A', 'B', 'C', 'D', 'E']) await put(name, { value: 'x' });
      const names: string[] = [];
      let cursor: string | null = '';
      let pages = 0;
      while (cursor !== null) {
        const page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        names.push(...page.body.map(({ name }: { name: string }) => name));
        cursor = page.headers.get('x-next-cursor');
        pages += 1;
      }
      expect([names, pages]).toEqual([['A', 'B', 'C', 'D', 'E'], 3]);
    });

    test('a cursor of another list is 400', async () => {
      for (const cursor of ['nonsense', '%00', Buffer.from('["x","y","z"]').toString('base64url')]) {
        const { status, body } = await list(`?cursor=${cursor}`);
        expect([status, body.code]).toEqual([400, 'INVALID_CURSOR']);
      }
    });

    test('a deleted secret is gone', async () => {
      await put('GONE', { value: 'x' });
      const { status, body } = await user.call('DELETE', '/api/v1/secrets/GONE');
      expect([status, body]).toEqual([200, { deleted: true, name: 'GONE' }]);
      expect((await list()).body).toEqual([]);
      expect((await user.call('DELETE', '/api/v1/secrets/GONE')).status).toBe(404);
    });

    test('another user’s secret looks like one that does not exist', async () => {
      await put('MINE', { value: 'x' });
      const other = await TestUser.register(target());
      const theirs = await other.call('DELETE', '/api/v1/secrets/MINE');
      const absent = await other.call('DELETE', '/api/v1/secrets/ABSENT');
      expect({ ...theirs.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
      expect(theirs.status).toBe(404);
      expect((await list()).body).toHaveLength(1);
    });

    test('each of several concurrent writers gets its own version, or is told to retry', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => put('RACE', { value: `${i}` })));
      const done = answers.filter(({ status }) => status < 300);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(new Set(done.map(({ body }) => body.version)).size).toBe(done.length);
      const { body } = await list();
      expect(body[0].version).toBe(done.length);
    });

    test.each(['1ST', 'WITH-DASH', 'A.B', 'É', 'A'.repeat(129), 'A%20B', 'A%0AB'])(
      'rejects the name %s with 400',
      async (name) => {
        const { status, body } = await put(encodeURI(name).replaceAll('%25', '%'), { value: 'x' });
        expect([status, body.details[0].path]).toEqual([400, 'name']);
      },
    );

    test.each(['PATH', 'Path', 'LD_PRELOAD', 'PYTHONPATH', 'pythonstartup', 'NODE_OPTIONS', 'BASH_ENV'])(
      'rejects the reserved name %s',
      async (name) => {
        const { status, body } = await put(name, { value: 'x' });
        expect([status, body.details[0]]).toEqual([
          400,
          { path: 'name', message: expect.stringContaining('reserved') },
        ]);
      },
    );

    test('a name of the maximum length is accepted', async () => {
      const name = `_${'a'.repeat(limits.secretNameCharacters - 1)}`;
      expect((await put(name, { value: 'x' })).status).toBe(201);
    });

    describe('values', () => {
      const run = async (name: string) => {
        const code = `import os, sys; sys.stdout.buffer.write(os.environb[b"${name}"])`;
        return (await user.call('POST', '/api/v1/execute', { body: { code } })).body.stdout;
      };

      test.each([
        ['empty', ''],
        ['of several lines', 'a\nb\r\n'],
        ['of every script', 'päßwörd 密码 🗝️'],
        ['with quotes', `'"\`$(id)\\`],
      ])('a value that is %s reaches a program unchanged', async (_, value) => {
        await put('VALUE', { value });
        expect(await run('VALUE')).toBe(value);
      });

      test('a value of the maximum size reaches a program, a larger one is 400', async () => {
        const value = 'v'.repeat(limits.secretValueBytes);
        await put('LARGE', { value });
        expect(await run('LARGE')).toBe(value);
        const { status, body } = await put('LARGE', { value: `${value}v` });
        expect([status, body.details[0].path]).toEqual([400, 'value']);
        expect(await run('LARGE')).toBe(value);
      });

      test('a value with NUL is 400', async () => {
        const { status, body } = await put('NUL', { value: 'a\0b' });
        expect([status, body.details[0].path]).toEqual([400, 'value']);
      });
    });
  });

  describe('the number of secrets', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    test('is limited, and a program can get all of them', async () => {
      const put = (number: number) =>
        user.call('PUT', `/api/v1/secrets/S${number}`, { body: { value: `${number}` } });
      for (let number = 0; number < limits.secretsPerUser; number += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => put(number + i)));
        expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      }
      const { status, body } = await put(limits.secretsPerUser);
      expect([status, body.code]).toEqual([409, 'TOO_MANY_SECRETS']);
      expect((await put(7)).status).toBe(200);

      const code = 'import os; print(sum(1 for name in os.environ if name[0] == "S" and name[1:].isdigit()))';
      const run = await user.call('POST', '/api/v1/execute', { body: { code } });
      expect(run.body.stdout).toBe(`${limits.secretsPerUser}\n`);
    });
  });
}
