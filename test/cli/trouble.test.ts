import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli, ended } from './program.ts';
import { startProxy } from './proxy.ts';

let appliance: TestAppliance;
let cli: Cli;
const email = `cli-${randomUUID()}@example.com`;
const password = 'the password of the tests';
const userSecret = 'the user secret of the tests';
const file = (name: string, content: string | Uint8Array) => cli.file(name, content);
const signIn = () => cli.run(['login', '--email', email, '--password-file', '-'], password);
const secretFile = () => cli.userSecret(userSecret);

beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = new Cli(appliance.target.url);
  await cli.run(['register', '--email', email, '--password-file', '-'], password);
  await cli.run(['keys', 'generate', ...secretFile()]);
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

describe('a corrupt credentials file', () => {
  test.each(['status', 'kv list'])('is reported by %s without quoting it', async (command) => {
    const before = readFileSync(cli.credentials, 'utf8');
    const { apiKey } = cli.stored();
    writeFileSync(cli.credentials, `${apiKey} and more`);
    const { code, stderr } = await cli.run(command.split(' '));
    writeFileSync(cli.credentials, before);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is corrupt; sign in again')]);
    expect(stderr).not.toContain(apiKey.slice(0, 6));
  });

  test.each([
    ['corrupt', '{', 0o600],
    ['exposed', '{}', 0o644],
  ])('or an %s one does not prevent login, logout or completion', async (_, content, mode) => {
    const other = new Cli(appliance.target.url);
    expect((await other.run(['login', '--email', email, '--password-file', '-'], password)).code).toBe(0);
    const spoil = () => writeWithMode(other.credentials, content, mode);
    spoil();
    expect((await other.run(['completion', 'bash'])).code).toBe(0);
    expect((await other.run(['logout'])).code).toBe(0);
    expect(existsSync(other.credentials)).toBe(false);
    spoil();
    expect((await other.run(['login', '--email', email, '--password-file', '-'], password)).code).toBe(0);
    expect(statSync(other.credentials).mode & 0o777).toBe(0o600);
    expect((await other.run(['status'])).code).toBe(0);
    other.remove();
  });
});

/** `writeFileSync` applies `mode` only to a new file. */
function writeWithMode(path: string, content: string, mode: number): void {
  writeFileSync(path, content);
  chmodSync(path, mode);
}

test('signing in again keeps the verified state of the audit log', async () => {
  const auditLog = { verifierKey: 'a key', checkpoint: 'a checkpoint' };
  cli.store({ ...cli.stored(), auditLog });
  expect((await signIn()).code).toBe(0);
  expect(cli.stored().auditLog).toEqual(auditLog);
});

test('a wrong user secret gives exit code 3 when the vault is unlocked locally', async () => {
  const put = ['files', 'put', '--user-secret-file', file('wrong', 'not the user secret'), file('x', 'x')];
  const { code, stderr } = await cli.run(put);
  expect([code, stderr]).toEqual([3, expect.stringContaining('WRONG_USER_SECRET')]);
});

test('a new user secret must be typed twice', async () => {
  const other = new Cli(appliance.target.url);
  const address = `cli-${randomUUID()}@example.com`;
  await other.run(['register', '--email', address, '--password-file', '-'], password);
  const generate = (again: string) =>
    other.type(
      ['keys', 'generate'],
      [
        ['User secret: ', userSecret],
        ['User secret, again: ', again],
      ],
    );
  const mistyped = await generate(`${userSecret}x`);
  expect([mistyped.code, mistyped.stdout]).toEqual([2, expect.stringContaining('do not match')]);
  expect((await generate(userSecret)).code).toBe(0);
  other.remove();
});

describe('a program that is run', () => {
  test.each(['abc', '0x10', '', '-1'])('rejects a timeout of "%s"', async (timeout) => {
    const { code, stderr } = await cli.run(['run', `--timeout=${timeout}`, file('one.py', 'print(1)')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--timeout')]);
  });

  test('is stopped by an interrupt that arrives before its ID', async () => {
    const arrived = Promise.withResolvers<void>();
    const proxy = await startProxy(appliance.target.url, async (path, content) => {
      if (path !== '/api/v1/execute') return content;
      arrived.resolve();
      await after(1_000);
      return content;
    });
    const { apiKey } = cli.stored();
    const code = 'import time\nfor i in range(60): time.sleep(1)';
    const args = ['run', '--timeout', '120', file('slow.py', code)];
    const child = cli.start(args, '', { STRONGROOM_URL: proxy.url, STRONGROOM_API_KEY: apiKey });
    const end = ended(child);
    await arrived.promise;
    child.kill('SIGINT');
    expect((await end).code).toBe(130);
    proxy.close();
    expect(await newestStatus()).toBe('killed');
  });

  test('is given up with exit code 5 when the server is gone', { timeout: 60_000 }, async () => {
    const lost = await TestAppliance.start();
    const other = new Cli(lost.target.url);
    await other.run(['register', '--email', email, '--password-file', '-'], password);
    writeFileSync(
      join(other.home, 'p.py'),
      'import time\nfor i in range(60): print(i, flush=True); time.sleep(0.5)',
    );
    const child = other.start(['run', 'p.py']);
    const end = ended(child);
    await once(child.stdout, 'data');
    await lost.end('SIGKILL');
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([5, expect.stringContaining('NETWORK')]);
    other.remove();
    await lost.remove();
  });
});

async function newestStatus(): Promise<string | undefined> {
  const { apiKey } = cli.stored();
  const headers = { 'x-api-key': apiKey };
  const answer = await fetch(`${appliance.target.url}/api/v1/executions?limit=1`, { headers });
  const { executions } = (await answer.json()) as { executions: { status: string }[] };
  return executions[0]?.status;
}

test('a file that was modified on the server leaves nothing behind', async () => {
  const content = randomBytes(9 * 1024 * 1024);
  const put = await cli.run(['files', 'put', ...secretFile(), file('photo.raw', content)]);
  const stored = largestUnder(appliance.data);
  const bytes = readFileSync(stored);
  bytes[bytes.length - 100] = (bytes.at(-100) as number) ^ 1;
  writeFileSync(stored, bytes);
  const got = await cli.run(['files', 'get', ...secretFile(), put.stdout.trim(), 'copy.raw']);
  expect([got.code, got.stderr]).toEqual([1, expect.stringContaining('TAMPERED')]);
  expect(readdirSync(cli.home).filter((name) => name.startsWith('copy'))).toEqual([]);
});

function largestUnder(folder: string): string {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const [largest = ''] = paths.sort((a, b) => statSync(b).size - statSync(a).size);
  return largest;
}

test('env passes an interrupt at a terminal to the command only once', async () => {
  const code = `
import signal, sys, time
count = 0
def take(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, take)
print('ready', flush=True)
end = time.time() + 1.5
while time.time() < end: time.sleep(0.05)
print('interrupts', count)`;
  const command = ['env', ...secretFile(), '--', 'python3', file('count.py', code)];
  const { stdout } = await cli.type(command, [['ready', '\u0003']]);
  expect(stdout).toContain('interrupts 1');
});

describe('output', () => {
  test('ends with exit code 141 and no error if its reader is gone', async () => {
    const { code, stderr } = await cli.inShell(`${cli.line} completion fish | true`);
    expect([code, stderr]).toEqual([141, '']);
  });

  test('whose reader is gone stops the program in the sandbox', async () => {
    const code = 'import time\nfor i in range(2000): print(i, flush=True); time.sleep(0.02)';
    const run = `${cli.line} run --timeout 120 ${file('chatty.py', code)}`;
    expect(await cli.inShell(`${run} | head -n 3`)).toEqual({ code: 130, stdout: '0\n1\n2\n', stderr: '' });
    expect(await newestStatus()).toBe('killed');
  });

  test('of send is only the link; the deletion token is on standard error', async () => {
    const stranger = new Cli(appliance.target.url);
    const { stdout, stderr } = await stranger.run(['send'], 'a text');
    expect(stdout).toMatch(/^http\S+#\S+\n$/);
    expect(stderr).toMatch(/^Token to delete the message: \S+\n$/);
    stranger.remove();
  });
});
