import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { codeSample } from '../support/code-sample.ts';
import { virtualEnv } from '../support/virtual-env.ts';

const password = 'a master passwörd \u{1f511}';
const folder = mkdtempSync(join(tmpdir(), 'strongroom-zk-'));
const root = resolve(import.meta.dirname, '..', '..');

let python: string;
let appliance: TestAppliance;
let user: TestUser;
beforeAll(async () => {
  writeFileSync(join(folder, 'page.py'), codeSample('zero-knowledge.md', 'python'));
  const requirements = resolve(import.meta.dirname, 'requirements.txt');
  const options = { cwd: root, env: process.env, signal: AbortSignal.timeout(240_000) };
  const logFile = join(folder, 'pip.log');
  python = await virtualEnv(resolve(root, '.venv', 'interop'), requirements, { ...options, logFile });
  appliance = await TestAppliance.start();
  user = await TestUser.register(appliance.target);
});
afterAll(async () => {
  await appliance?.remove();
  rmSync(folder, { recursive: true });
});

/** Calls a function of what the documentation says in Python: argon2-cffi, PyNaCl and pyca/cryptography. */
async function ask(name: string, ...values: unknown[]) {
  const program =
    'import json, sys, page; print(json.dumps(getattr(page, sys.argv[1])(*json.loads(sys.argv[2]))))';
  const { stdout } = await promisify(execFile)(python, ['-c', program, name, JSON.stringify(values)], {
    cwd: folder,
  });
  return JSON.parse(stdout);
}

const put = (name: string, encryptedPayload: object) =>
  user.call('PUT', `/api/v1/zk/code/${name}`, { body: { encryptedPayload } });
const execute = (name: string, body: object) => user.call('POST', `/api/v1/zk/execute/${name}`, { body });

describe('argon2-cffi, PyNaCl and the API', () => {
  test('a program that Python encrypted runs', async () => {
    const payload = await ask('encrypt', password, 'print("from Pythön")');
    const { status, body } = await put('theirs', payload);
    expect([status, body.sha256]).toEqual([201, await ask('digest', payload)]);
    expect((await execute('theirs', { masterPassword: password })).body.stdout).toBe('from Pythön\n');
    expect((await execute('theirs', { masterPassword: 'another' })).status).toBe(401);
  });

  test('what the API’s helper encrypted, Python decrypts', async () => {
    const code = 'print("from the helpér")';
    const { body } = await user.call('POST', '/api/v1/zk/encrypt', {
      body: { masterPassword: password, code },
    });
    expect(await ask('decrypt', password, body.encryptedPayload)).toBe(code);
    await expect(ask('decrypt', 'another', body.encryptedPayload)).rejects.toThrow('CryptoError');
  });

  test('what was stored comes back as it was, and Python decrypts it', async () => {
    const payload = await ask('encrypt', password, 'print(1)');
    await put('back', payload);
    const { body } = await user.call('GET', '/api/v1/zk/code/back');
    expect(body.encryptedPayload).toEqual(payload);
    expect(await ask('decrypt', password, body.encryptedPayload)).toBe('print(1)');
  });

  test('the parameters are the defaults of argon2-cffi', async () => {
    const defaults =
      'from argon2 import PasswordHasher as H; h = H(); print(h.memory_cost, h.time_cost, h.parallelism, h.hash_len, h.salt_len, h.type.name)';
    const { stdout } = await promisify(execFile)(python, ['-c', defaults]);
    expect(stdout.trim()).toBe('65536 3 4 32 16 ID');
  });

  test('a password that Python sealed opens the program in the sandbox', async () => {
    const payload = await ask('encrypt', password, 'print("sealed")');
    const { body } = await put('sealed', payload);
    const { body: session } = await user.call('POST', '/api/v1/zk/sessions');
    const sealedPassword = await ask('seal_password', password, 'sealed', body.sha256, session);
    expect((await execute('sealed', { sealedPassword })).body.stdout).toBe('sealed\n');
    const wrong = await ask('seal_password', 'another', 'sealed', body.sha256, session);
    expect((await execute('sealed', { sealedPassword: wrong })).body.code).toBe('WRONG_MASTER_PASSWORD');
  });
});
