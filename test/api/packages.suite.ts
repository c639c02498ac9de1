import { beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { type Target, TestUser } from './target.ts';

/** Rules that hold for every package builder, whatever its index contains. */
export function packagesSuite(target: () => Target): void {
  describe('packages', () => {
    let user: TestUser;
    beforeEach(async () => {
      user = await TestUser.register(target());
    });

    const path = '/api/v1/packages';
    const put = (packages: unknown) => user.call('PUT', path, { body: { packages } });
    const add = (name: unknown) => user.call('POST', path, { body: { package: name } });
    const names = async () => (await user.call('GET', path)).body.map(({ name }: { name: string }) => name);

    test('at first there are no packages and no lock', async () => {
      const { status, body } = await user.call('GET', path);
      expect([status, body]).toEqual([200, []]);
      expect((await user.call('GET', `${path}/lock`)).status).toBe(404);
    });

    test.each([
      ['https://example.com/x.whl', 'URL'],
      ['x @ file:///etc/passwd', 'URL'],
      ['../x', 'path'],
      ['-r x', 'option'],
      ['x; sys_platform == "linux"', 'marker'],
      ['x==banana', 'PEP 440'],
      ['json', 'standard library'],
      ['', 'name of a package'],
      ['x'.repeat(limits.packages.requirementCharacters + 1), ''],
    ])('%j is 400, and the error names its position', async (bad, reason) => {
      const many = await put(['sound-one', bad]);
      expect([many.status, many.body.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(many.body.details[0]).toEqual({ path: 'packages.1', message: expect.stringContaining(reason) });
      const one = await add(bad);
      expect([one.status, one.body.details[0].path]).toEqual([400, 'package']);
      expect(await names()).toEqual([]);
    });

    test('a repeated name is 400, in any spelling', async () => {
      const { status, body } = await put(['Foo.Bar', 'foo_bar>=1']);
      expect([status, body.details[0].path]).toEqual([400, 'packages.1']);
    });

    test('rejects more packages than the limit with 400', async () => {
      const { status, body } = await put(
        Array.from({ length: limits.packages.count + 1 }, (_, at) => `p${at}`),
      );
      expect([status, body.details[0].path]).toEqual([400, 'packages']);
    });

    test('a body that is not a list of strings is 400', async () => {
      for (const wrong of ['numpy', { 0: 'numpy' }, [7], [null], undefined]) {
        expect((await put(wrong)).status).toBe(400);
      }
    });

    test('an empty list is ready immediately', async () => {
      const { status, body } = await put([]);
      expect([status, body]).toEqual([200, []]);
    });

    test('a list is stored by normalized names, sorted, and paged', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      const { status, body } = await put(['Zeta', 'alpha_beta[Extra]>=1', 'mid==2']);
      expect(status).toBe(200);
      expect(body).toMatchObject([
        { name: 'alpha-beta', requested: 'alpha-beta[extra]>=1', status: 'pending', version: null },
        { name: 'mid', requested: 'mid==2', status: 'pending', sizeBytes: null },
        { name: 'zeta', requested: 'zeta' },
      ]);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await user.call('GET', `${path}?limit=1${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.body.map(({ name }: { name: string }) => name));
        cursor = page.headers.get('x-next-cursor');
      }
      expect(seen).toEqual(['alpha-beta', 'mid', 'zeta']);
      const wrong = await user.call('GET', `${path}?cursor=nonsense`);
      expect([wrong.status, wrong.body.code]).toEqual([400, 'INVALID_CURSOR']);
    });

    test('a package is added once, in any spelling of its name', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      const first = await add('Some.Package');
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({
        name: 'some-package',
        requested: 'some-package',
        status: 'pending',
      });
      const second = await add('some_package==1');
      expect([second.status, second.body.code]).toEqual([409, 'PACKAGE_EXISTS']);
    });

    test('a package is added once per Idempotency-Key', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const send = () => user.call('POST', path, { body: { package: 'once' }, headers });
      const [first, second] = [await send(), await send()];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
    });

    test('no package is added beyond the limit', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      await put(Array.from({ length: limits.packages.count }, (_, at) => `p${at}`));
      const { status, body } = await add('one-more');
      expect([status, body.code]).toEqual([409, 'TOO_MANY_PACKAGES']);
    });

    test('a package is removed by any spelling of its name, and then it is gone', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      await put(['Foo.Bar', 'other']);
      const { status, body } = await user.call('DELETE', `${path}/FOO__bar`);
      expect([status, body]).toEqual([200, { deleted: true, name: 'foo-bar' }]);
      expect(await names()).toEqual(['other']);
      expect((await user.call('DELETE', `${path}/foo-bar`)).status).toBe(404);
    });

    test('of concurrent lists one remains complete, and no added package is lost', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      const lists = [['a1', 'a2'], ['b1', 'b2', 'b3'], ['c1']];
      const answers = await Promise.all(lists.map(put));
      expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
      expect(lists).toContainEqual(await names());
      await put([]);
      const added = await Promise.all(['x1', 'x2', 'x3'].map(add));
      const kept = added.filter(({ status }) => status === 201).map(({ body }) => body.name);
      expect(await names()).toEqual(kept.sort());
      expect(added.every(({ status }) => status === 201 || status === 409)).toBe(true);
    });

    test('another user’s packages are not visible', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      await put(['mine']);
      const other = await TestUser.register(target());
      expect((await other.call('GET', path)).body).toEqual([]);
      expect((await other.call('DELETE', `${path}/mine`)).status).toBe(404);
    });

    test('records each change in the audit log under its own action', async ({ skip }) => {
      if (target().cannotPass.has('packageBuilder')) skip('see test/cloud/unsupported.ts');
      await put(['one']);
      await add('two');
      await user.call('DELETE', `${path}/one`);
      const { body } = await user.call('GET', '/api/v1/audit?limit=3');
      expect(body.entries.map(({ action, resource }: Record<string, string>) => [action, resource])).toEqual([
        ['packages.remove', 'packages/one'],
        ['packages.add', 'packages/two'],
        ['packages.replace', 'packages'],
      ]);
    });
  });
}
