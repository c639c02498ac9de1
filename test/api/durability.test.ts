import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPlanted, placesOf } from '../support/planted.ts';
import { TestAppliance } from './appliance.ts';
import { call, TestUser } from './target.ts';

let appliance: TestAppliance;
beforeEach(async () => {
  appliance = await TestAppliance.start();
});
afterEach(() => appliance.remove());

const program = resolve(import.meta.dirname, '..', '..', 'bin', 'local.ts');

/** Runs a second `npm start`. */
async function startAgain(...args: string[]): Promise<{ code: number; stderr: string }> {
  try {
    await promisify(execFile)(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH },
    });
    return { code: 0, stderr: '' };
  } catch (error) {
    return error as { code: number; stderr: string };
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the data of an appliance', () => {
  test('account, secret and audit log survive kill -9', async () => {
    const user = await TestUser.register(appliance.target);
    await user.call('PUT', '/api/v1/secrets/KEPT', { body: { value: 'kept' } });
    const before = (await user.call('GET', '/api/v1/audit')).body;
    await appliance.end('SIGKILL');
    await appliance.start();

    const get = (path: string, headers: Record<string, string>) =>
      call(appliance.target, 'GET', path, { headers });
    const key = { 'x-api-key': user.apiKey };
    expect((await get('/api/v1/audit', key)).body).toEqual(before);
    expect((await get('/api/v1/secrets', { authorization: `Bearer ${user.token}` })).status).toBe(200);
    const { email, password } = user;
    const login = await call(appliance.target, 'POST', '/api/login', { body: { email, password } });
    expect([login.status, login.body.apiKey]).toEqual([200, user.apiKey]);
    const run = await call(appliance.target, 'POST', '/api/v1/execute', {
      headers: key,
      body: { code: 'import os; print(os.environ["KEPT"])' },
    });
    expect(run.body.stdout).toBe('kept\n');
  });

  test('no acknowledged write is lost, no matter when the process is killed', async () => {
    const user = await TestUser.register(appliance.target);
    const acknowledged = new Map<string, number>();
    const writer = async (name: string) => {
      for (;;) {
        const answer = await user
          .call('PUT', `/api/v1/secrets/${name}`, { body: { value: name } })
          .catch(() => undefined);
        if (!answer) return;
        if (answer.status < 300) acknowledged.set(name, answer.body.version);
      }
    };
    const writers = ['A', 'B', 'C', 'D'].map(writer);
    while (acknowledged.size < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    await appliance.end('SIGKILL');
    await Promise.all(writers);
    await appliance.start();

    const { body } = await call(appliance.target, 'GET', '/api/v1/secrets', {
      headers: { 'x-api-key': user.apiKey },
    });
    for (const { name, version } of body) {
      expect(version).toBeGreaterThanOrEqual(acknowledged.get(name) as number);
    }
    expect(body).toHaveLength(4);
  });

  test('cannot be read by other users of the machine', () => {
    for (const name of ['.', 'keys.json', 'strongroom.db', 'objects/index.db']) {
      expect([name, statSync(join(appliance.data, name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  test('contains no secret, password, key or token in plaintext, and neither does the output', async () => {
    const user = await TestUser.register(appliance.target);
    const planted = {
      secret: 'PLANTED-secret-value-5d1f',
      code: 'PLANTED-code-8a77',
      stdin: 'PLANTED-stdin-11c0',
      argument: 'PLANTED-argument-90be',
      password: user.password,
      wrongPassword: 'PLANTED-wrong-password-0b3c',
      apiKey: user.apiKey,
      token: user.token,
      administratorKey: appliance.target.administratorKey,
    };
    await user.call('PUT', '/api/v1/secrets/PLANTED', { body: { value: planted.secret } });
    const { email } = user;
    await call(appliance.target, 'POST', '/api/login', { body: { email, password: planted.wrongPassword } });
    const run = (headers = {}) =>
      user.call('POST', '/api/v1/execute', {
        headers,
        body: {
          code: `import os, sys; print(os.environ["PLANTED"], sys.stdin.read()) # ${planted.code}`,
          stdin: planted.stdin,
          args: [planted.argument],
        },
      });
    expect((await run({ 'idempotency-key': 'planted' })).body.stdout).toContain(planted.secret);
    const detached = await user.call('POST', '/api/v1/execute', {
      body: {
        code: `import os; print(os.environ["PLANTED"], "${planted.code}"); open("f", "w").write("${planted.code}")`,
        files: [{ path: 'in', contentB64: Buffer.from(planted.stdin).toString('base64') }],
        wait: false,
      },
    });
    const { executionId } = detached.body;
    for (
      let status = 'running';
      status === 'running';
      await new Promise((resolve) => setTimeout(resolve, 50))
    ) {
      status = (await user.call('GET', '/api/v1/executions')).body.executions[0].status;
    }
    const kept = await user.call('GET', `/api/v1/executions/${executionId}`);
    expect(kept.body.stdout).toContain(planted.secret);
    await user.call('POST', '/api/v1/execute', { body: `{"code": "${planted.code}` });
    await user.call('PUT', '/api/v1/secrets/PLANTED', { body: { value: [planted.secret] } });
    await user.call('PUT', `/api/v1/secrets/1?value=${planted.secret}`, { body: { value: planted.secret } });
    await user.callWithToken('GET', '/api/v1/audit');

    const places = placesOf(appliance);
    expect([...places.keys()]).toContain('strongroom.db-wal');
    expect(findPlanted(places, planted)).toEqual([]);
    // Proves that the search works: it must find the audit entry that names the secret.
    expect(
      [...places].some(([name, content]) => name !== 'keys.json' && content.includes('secrets/PLANTED')),
    ).toBe(true);
  });
});

describe('npm start', () => {
  test('prints the administrator’s key at the first start and never again', async () => {
    expect(appliance.output.match(/^Administrator key: sradm_/gm)).toHaveLength(1);
    await appliance.end('SIGTERM');
    await appliance.start();
    expect(appliance.output.match(/^Administrator key: sradm_/gm)).toHaveLength(1);
    const { status } = await call(appliance.target, 'GET', '/api/v1/audit', {
      headers: { 'x-api-key': appliance.target.administratorKey },
    });
    expect(status).toBe(200);
  });

  test('refuses a folder that another appliance uses, and leaves that one alone', async () => {
    const { code, stderr } = await startAgain('--port', '0', '--data', appliance.data);
    expect(code).toBe(1);
    expect(stderr).toContain(`another Strongroom uses ${appliance.data}`);
    expect((await call(appliance.target, 'GET', '/api/health')).status).toBe(200);
  });

  test('names an option that is wrong', async () => {
    expect((await startAgain('--port', 'x')).stderr).toBe('--port must be a number from 0 to 65535, not x\n');
    expect((await startAgain('--prot', '1')).stderr).toContain('--prot');
  });

  test('refuses a port that is in use, in a sentence', async () => {
    const { port } = new URL(appliance.target.url);
    const { code, stderr } = await startAgain('--port', port, '--data', `${appliance.data}/other`);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^port ${port} of 127\\.0\\.0\\.1 is in use.*\\n$`));
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('on %s, requests finish before it exits', async (signal) => {
    const user = await TestUser.register(appliance.target);
    const code = 'import time; print("begun", flush=True); time.sleep(1); print("ended")';
    const running = user.call('POST', '/api/v1/execute', { body: { code } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await appliance.end(signal)).toBe(0);
    expect((await running).body.stdout).toBe('begun\nended\n');
  });

  test('ends its sandboxes with it, even when it is killed', async () => {
    const user = await TestUser.register(appliance.target);
    await user.call('POST', '/api/v1/execute', { body: { code: 'print(1)' } });
    const children = readFileSync(`/proc/${appliance.pid}/task/${appliance.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    expect(children.length).toBeGreaterThan(0);
    await appliance.end('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (children.some(alive) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
    expect(children.filter(alive)).toEqual([]);
  });
});
