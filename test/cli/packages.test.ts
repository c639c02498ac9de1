import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { PackageIndex } from '../support/package-index.ts';
import { wheel } from '../support/wheel.ts';
import { Cli } from './program.ts';

let index: PackageIndex;
let appliance: TestAppliance;
let cli: Cli;

beforeAll(async () => {
  index = await PackageIndex.start();
  index.add(wheel({ name: 'base', version: '1.0' }), wheel({ name: 'base', version: '2.0' }));
  index.add(wheel({ name: 'various', version: '1.0' }));
  appliance = await TestAppliance.start({ STRONGROOM_PACKAGE_INDEX: index.url });
  cli = await Cli.withVault(appliance.target.url, 'packages');
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
  await index.close();
});

describe('packages', () => {
  const versions = async (...args: string[]) =>
    Object.fromEntries(
      (await cli.json(['packages', ...args])).map((each: { name: string; version: string }) => [
        each.name,
        each.version,
      ]),
    );

  test('are set, added and removed, and programs can import them', async () => {
    expect(await versions('set', '--wait', 'base<2')).toEqual({ base: '1.0' });
    expect(await versions('add', '--wait', 'various')).toEqual({ base: '1.0', various: '1.0' });
    const program = cli.file('program.py', 'import importlib.metadata as m; print(m.version("base"))');
    expect(await cli.run(['run', program])).toMatchObject({ code: 0, stdout: '1.0\n' });
    expect(await versions('remove', '--wait', 'various')).toEqual({ base: '1.0' });
    expect((await cli.run(['packages', 'list'])).stdout).toMatch(/^base +base<2 +1.0 +ready +\d+$/m);
    expect((await cli.run(['packages', 'remove', 'various'])).code).toBe(4);
  });

  test('are pending without --wait', async () => {
    const built = Promise.withResolvers<void>();
    index.gate = built.promise;
    const [{ status }] = await cli.json(['packages', 'set', 'base']);
    built.resolve();
    expect(status).toBe('pending');
    expect(await versions('list', '--wait')).toEqual({ base: '2.0' });
  });

  test('that cannot be installed are reported with the reason and exit code 1', async () => {
    const { code, stdout, stderr } = await cli.run(['packages', 'set', '--wait', 'nowhere-at-all']);
    expect([code, stdout, stderr]).toEqual([
      1,
      expect.stringContaining('failed'),
      expect.stringContaining('nowhere-at-all: '),
    ]);
    expect((await cli.run(['packages', 'set', 'not a requirement'])).stderr).toContain('packages.0');
  });
});

describe('tokens', () => {
  test('expire, are listed without their secret, work, and can be revoked', async () => {
    const limits = ['--scope', 'messages:write', '--expires', '30d'];
    const created = await cli.run(['tokens', 'create', ...limits, 'CI server']);
    expect(created.stdout).toMatch(/^enigma_\S+\n$/);
    const list = await cli.run(['tokens', 'list', '--json']);
    expect(list.stdout).not.toContain(created.stdout.trim());
    const [{ tokenId, name, scopes, expiresAt }] = JSON.parse(list.stdout);
    expect([name, scopes]).toEqual(['CI server', ['messages:write']]);
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(days > 29.9 && days <= 30).toBe(true);

    const headers = { authorization: `Bearer ${created.stdout.trim()}` };
    const read = () => fetch(`${appliance.target.url}/api/messages`, { headers });
    expect((await read()).status).toBe(403);
    expect((await cli.run(['tokens', 'revoke', tokenId])).code).toBe(0);
    expect((await read()).status).toBe(401);
    expect((await cli.run(['tokens', 'revoke', tokenId])).code).toBe(4);
  });

  test('never expire with --expires never; an unknown scope is refused', async () => {
    const { expiresAt, scopes } = await cli.json(['tokens', 'create', '--expires', 'never', 'for ever']);
    expect([expiresAt, scopes]).toEqual([null, ['messages:read', 'messages:write']]);
    const { code, stderr } = await cli.run(['tokens', 'create', '--scope', 'everything', 'x']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('scopes.0')]);
  });
});

test('an API key from a file takes precedence over the stored one', async () => {
  const other = await Cli.withVault(appliance.target.url, 'other');
  const { apiKey } = other.stored();
  const mine = (await cli.json(['status'])).user.id;
  const theirs = await cli.json(['status', '--api-key-file', cli.file('key', `${apiKey}\n`)]);
  expect(theirs.user.id).not.toBe(mine);
  expect((await cli.run(['status', '--api-key-file', '-'], 'pyapi_x_y')).code).toBe(3);
  other.remove();
});
