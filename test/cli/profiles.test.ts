import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';

let appliances: readonly TestAppliance[];
let cli: Cli;
const [first, second] = [() => appliances[0]?.target.url ?? '', () => appliances[1]?.target.url ?? ''];
const address = `profiles-${randomUUID()}@example.com`;
const register = (url: string, ...more: string[]) =>
  cli.run(['register', '--url', url, '--email', address, '--password-file', '-', ...more], 'the password');
const urlOf = async (...more: string[]) => (await cli.json(['status', ...more])).url;

beforeAll(async () => {
  appliances = await Promise.all([TestAppliance.start(), TestAppliance.start()]);
  cli = new Cli('');
  expect((await register(first())).code).toBe(0);
  expect((await register(second(), '--profile', 'second')).code).toBe(0);
});
afterAll(async () => {
  cli.remove();
  for (const appliance of appliances) await appliance.remove();
});
let kept: string;
beforeEach(() => {
  kept ??= readFileSync(cli.credentials, 'utf8');
  writeFileSync(cli.credentials, kept, { mode: 0o600 });
});

test('each command goes to the server of its profile', async () => {
  expect([await urlOf(), await urlOf('--profile', 'second')]).toEqual([first(), second()]);
  const env = { STRONGROOM_PROFILE: 'second' };
  expect((await cli.run(['status'], '', env)).stdout).toContain(second());
  expect(statSync(cli.credentials).mode & 0o777).toBe(0o600);
  const list = await cli.json(['profiles']);
  expect(list).toEqual([
    { name: 'default', url: first(), email: address },
    { name: 'second', url: second(), email: address },
  ]);
  expect((await cli.run(['profiles'])).stdout).not.toContain('pyapi_');
});

test('a named profile takes precedence over the environment, and its key is sent to no other server', async () => {
  const env = { STRONGROOM_URL: first(), STRONGROOM_API_KEY: cli.stored().apiKey };
  const named = await cli.run(['status', '--profile', 'second'], '', env);
  expect([named.code, named.stdout]).toEqual([0, expect.stringContaining(second())]);
  expect((await cli.run(['status', '--profile', 'second', '--url', first()])).code).toBe(3);
});

test('logout deletes one profile, and with the last one the file', async () => {
  expect((await cli.run(['logout'])).code).toBe(0);
  expect((await cli.run(['status', '--url', first()])).code).toBe(3);
  expect(await urlOf('--profile', 'second')).toBe(second());
  expect((await cli.run(['logout', '--profile', 'second'])).code).toBe(0);
  expect(existsSync(cli.credentials)).toBe(false);
});

test('a file from before profiles is read as the default profile, and its account is kept', async () => {
  const { second: _, ...others } = JSON.parse(kept).profiles;
  writeFileSync(cli.credentials, JSON.stringify(others.default));
  expect(await urlOf()).toBe(first());
  const account = ['--url', second(), '--email', address, '--password-file', '-'];
  const login = ['login', '--profile', 'again', ...account];
  expect((await cli.run(login, 'the password')).code).toBe(0);
  expect([await urlOf(), await urlOf('--profile', 'again')]).toEqual([first(), second()]);
});

test.each([
  ['that does not exist', 'third', 'no profile third'],
  ['with an invalid name', '../x', 'invalid profile name'],
  ['named like a property of every object', 'constructor', 'no profile constructor'],
])('a profile %s is refused, even by commands that need no credential', async (_, name, words) => {
  for (const command of ['status', 'send', 'logout']) {
    const { code, stderr } = await cli.run([command, '--profile', name], 'text');
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  }
});
