import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';

let appliance: TestAppliance;
let administrator: Cli;
let admin: Cli;
let orgId: string;

const asAdministrator = (...args: string[]) =>
  administrator.run([
    ...args,
    '--api-key-file',
    administrator.file('key', `${appliance.target.administratorKey}\n`),
  ]);
const outputOf = async (running: ReturnType<Cli['run']>) => {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
};

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const { url } = appliance.target;
  [administrator, admin] = [new Cli(url), new Cli(url)];
  orgId = await outputOf(asAdministrator('admin', 'orgs', 'create', 'Example Ltd'));
  const asAdmin = ['--admin', '--email', 'Admin@example.com'];
  const create = ['admin', 'users', 'create', ...asAdmin, '--org', orgId, 'first'];
  const key = await outputOf(asAdministrator(...create));
  expect((await admin.run(['login', '--api-key-file', '-'], key)).code).toBe(0);
});
afterAll(async () => {
  administrator.remove();
  admin.remove();
  await appliance.remove();
});

describe('the global administrator', () => {
  test('lists organizations with a key from a file or the environment', async () => {
    expect(await outputOf(asAdministrator('admin', 'orgs'))).toContain('Example Ltd');
    const env = { STRONGROOM_API_KEY: appliance.target.administratorKey };
    const list = JSON.parse((await administrator.run(['admin', 'orgs', '--json'], '', env)).stdout);
    expect(list.map(({ id }: { id: string }) => id).sort()).toEqual(['default', orgId].sort());
  });

  test('changes some limits of a plan, and the others stay', async () => {
    const before = JSON.parse(await outputOf(asAdministrator('admin', 'plan', '--org', orgId, '--json')));
    const set = ['admin', 'plan', 'set', '--org', orgId, '--name', 'small', '--max-records', '1', '--json'];
    const plan = JSON.parse(await outputOf(asAdministrator(...set)));
    expect(plan).toEqual({ ...before, key: 'small', maxRecords: 1 });
    expect(await outputOf(admin.run(['admin', 'plan']))).toContain('plan   small\nvalues 1,');
    expect(await asAdministrator(...set, '--max-files', 'many')).toMatchObject({ code: 2, stdout: '' });
  });

  test('sets whether files are stored', async () => {
    expect(await outputOf(admin.run(['admin', 'storage']))).toBe('appliance');
    expect(await outputOf(asAdministrator('admin', 'storage', 'set', 'none', '--org', orgId))).toBe('none');
    expect(await outputOf(admin.run(['admin', 'storage']))).toBe('none');
    expect((await asAdministrator('admin', 'storage', 'set', 'elsewhere', '--org', orgId)).code).toBe(2);
  });

  test('must name an organization', async () => {
    expect(await asAdministrator('admin', 'users')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--org'),
    });
  });
});

describe('an organization’s admin', () => {
  test('creates users, lists them with addresses, and rotates a key so that the old one is refused', async () => {
    const member = new Cli(appliance.target.url);
    const create = ['admin', 'users', 'create', '--email', 'member@example.com', 'member'];
    const first = await outputOf(admin.run(create));
    expect((await admin.run(create)).stderr).toContain('EMAIL_TAKEN');
    const list = await outputOf(admin.run(['admin', 'users']));
    expect(list).toMatch(/^first +admin@example.com +admin /m);
    expect(list).toMatch(/^member +member@example.com +member /m);

    const second = await outputOf(admin.run(['admin', 'users', 'rotate', 'Member@example.com']));
    expect((await member.run(['login', '--api-key-file', '-'], first)).code).toBe(3);
    expect((await member.run(['login', '--api-key-file', '-'], second)).code).toBe(0);
    expect((await member.run(['admin', 'users'])).code).toBe(1);
    member.remove();
  });

  test('names a user by an email address, which only admins can see', async () => {
    const run = await admin.run(['unshare', 'kv', 'x', '--with', 'member@example.com']);
    expect([run.code, run.stderr]).toEqual([4, expect.not.stringContaining('no user')]);
  });

  test('cannot do what the global administrator can', async () => {
    expect(await admin.run(['admin', 'orgs'])).toMatchObject({ code: 1, stdout: '' });
    expect((await admin.run(['admin', 'plan', 'set', '--max-records', '9'])).code).toBe(1);
    expect((await admin.run(['admin', 'users', '--org', 'default'])).code).toBe(4);
  });
});
