import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPlanted, placesOf } from '../support/planted.ts';
import { digestOf, encrypt, sealPassword } from '../support/zk-client.ts';
import { TestAppliance } from './appliance.ts';
import { TestUser } from './target.ts';

const planted = {
  code: 'PLANTED-zk-code-4b1d',
  password: 'PLANTED-zk-password-90fe',
  sealedPassword: 'PLANTED-zk-sealed-password-2a6c',
  wrongPassword: 'PLANTED-zk-wrong-password-77d3',
  helperPassword: 'PLANTED-zk-helper-password-e815',
};

let appliance: TestAppliance;
let user: TestUser;
beforeEach(async () => {
  appliance = await TestAppliance.start();
  user = await TestUser.register(appliance.target);
});
afterEach(() => appliance.remove());

const put = async (name: string, password: string, code: string) => {
  const encryptedPayload = await encrypt(password, code);
  const { status } = await user.call('PUT', `/api/v1/zk/code/${name}`, { body: { encryptedPayload } });
  expect(status).toBe(201);
  return encryptedPayload;
};
const execute = (name: string, body: unknown, headers = {}) =>
  user.call('POST', `/api/v1/zk/execute/${name}`, { body, headers });

async function executeSealed(name: string, password: string) {
  const { body: session } = await user.call('POST', '/api/v1/zk/sessions');
  const { body: code } = await user.call('GET', `/api/v1/zk/code/${name}`);
  const { sessionId, userId, expiresAt, publicKeyB64, proof } = session;
  const binding = { userId, name, sessionId, expiresAt, payloadSha256: digestOf(code.encryptedPayload) };
  return execute(name, {
    sealedPassword: { session: proof, boxB64: sealPassword(publicKeyB64, password, binding) },
  });
}

const found = () => findPlanted(placesOf(appliance), planted);

/** Returns the running descendants of a process. */
function descendants(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => [Number(child), ...descendants(Number(child))]);
  } catch {
    return [];
  }
}

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
const supervisors = () =>
  descendants(appliance.pid).filter((pid) => commandOf(pid).includes('supervisor/main.ts'));

describe('code and master password', () => {
  const program = `import sys; print("ran"); sys.stdout.flush()  # ${planted.code}`;

  test('are in no log and no store, however they were sent', async () => {
    await put('plain', planted.password, program);
    await put('sealed', planted.sealedPassword, program);
    const { password: masterPassword, wrongPassword, helperPassword } = planted;
    const headers = { 'idempotency-key': 'planted' };
    expect((await execute('plain', { masterPassword }, headers)).body.stdout).toBe('ran\n');
    expect((await executeSealed('sealed', planted.sealedPassword)).body.stdout).toBe('ran\n');
    expect((await execute('plain', { masterPassword: wrongPassword })).status).toBe(401);
    expect((await executeSealed('plain', wrongPassword)).status).toBe(401);
    expect((await execute('plain', `{"masterPassword": "${masterPassword}`)).status).toBe(400);
    expect((await execute('plain', { masterPassword: [masterPassword] })).status).toBe(400);
    expect((await execute('absent', { masterPassword })).status).toBe(404);
    const helper = { masterPassword: helperPassword, code: program };
    expect(
      (
        await user.call('POST', '/api/v1/zk/encrypt', {
          body: helper,
          headers: { 'idempotency-key': 'helper' },
        })
      ).status,
    ).toBe(200);
    // The traceback quotes the line, and only the caller sees it.
    await put('fails', planted.password, `raise ValueError("${planted.code}")`);
    expect((await execute('fails', { masterPassword })).body.stderr).toContain(planted.code);

    expect(found()).toEqual([]);
    // Proves that the search works: it must find the audit entries that name the program.
    expect([...placesOf(appliance).values()].some((content) => content.includes('zk/code/plain'))).toBe(true);
  });

  test('are in no crash output and no core dump, whatever crashes', async () => {
    await put(
      'slow',
      planted.password,
      `import time  # ${planted.code}\nprint("begun", flush=True)\ntime.sleep(20)`,
    );
    await put('crashes', planted.password, `import ctypes; ctypes.string_at(0)  # ${planted.code}`);
    const { password: masterPassword } = planted;
    expect((await execute('crashes', { masterPassword })).body).toMatchObject({ signal: 'SIGSEGV' });

    for (const signal of ['SIGABRT', 'SIGSEGV'] as const) {
      const running = execute('slow', { masterPassword });
      await sleep(1_500);
      const pids = supervisors();
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) {
        // Waits until the supervisor has set its limits: before that, it has no secret that a core could contain.
        await expect
          .poll(() => readFileSync(`/proc/${pid}/limits`, 'utf8'), { timeout: 10_000 })
          .toMatch(/^Max core file size +[01] +[01] /m);
        process.kill(pid, signal);
      }
      const { status, text } = await running;
      expect(status).toBe(503);
      expect(text).not.toContain('PLANTED');
    }
    expect(found()).toEqual([]);
    // Killed supervisors are replaced.
    await put('after', planted.password, 'print("after")');
    const after = async () => (await execute('after', { masterPassword })).body.stdout;
    await expect.poll(after, { timeout: 15_000 }).toBe('after\n');
  });

  test('are on no command line and in no environment while the program runs', async () => {
    await put('slow', planted.password, `import time  # ${planted.code}\ntime.sleep(3)`);
    const running = execute('slow', { masterPassword: planted.password });
    await sleep(1_500);
    const seen = descendants(appliance.pid).map(
      (pid) => commandOf(pid) + readFileSync(`/proc/${pid}/environ`, 'utf8'),
    );
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.join('\n')).not.toContain('PLANTED');
    await running;
  });
});

describe('a payload that was tampered with in the store', () => {
  const alter = async (sql: string) => {
    await appliance.end('SIGTERM');
    const db = new DatabaseSync(join(appliance.data, 'strongroom.db'));
    expect(db.prepare(sql).run().changes).toBe(1);
    db.close();
    await appliance.start();
  };
  const again = async (method: string, path: string, body?: object) => {
    const { url } = appliance.target;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'x-api-key': user.apiKey, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return [response.status, ((await response.json()) as { code?: string }).code];
  };
  const masterPassword = planted.password;
  const run = () => again('POST', '/api/v1/zk/execute/report', { masterPassword });

  test('is distinguished from a wrong password', async () => {
    await put('report', masterPassword, 'print(1)');
    await put('other', masterPassword, 'print(2)');
    await alter(`
      UPDATE "zkPayloads" SET body = (SELECT body FROM "zkPayloads" WHERE sk = 'other') WHERE sk = 'report'
    `);
    expect(await run()).toEqual([400, 'TAMPERED_PAYLOAD']);
    expect(await again('GET', '/api/v1/zk/code/report')).toEqual([400, 'TAMPERED_PAYLOAD']);
    expect(await again('POST', '/api/v1/zk/execute/other', { masterPassword: 'wrong' })).toEqual([
      401,
      'WRONG_MASTER_PASSWORD',
    ]);
  });

  test('is reported if it is missing, and can be replaced and deleted', async () => {
    await put('report', masterPassword, 'print(1)');
    await alter(`DELETE FROM "zkPayloads" WHERE sk = 'report'`);
    expect(await run()).toEqual([400, 'TAMPERED_PAYLOAD']);
    const encryptedPayload = await encrypt(masterPassword, 'print(1)');
    expect(await again('PUT', '/api/v1/zk/code/report', { encryptedPayload })).toEqual([200, undefined]);
    expect(await run()).toEqual([200, undefined]);
    expect(await again('DELETE', '/api/v1/zk/code/report')).toEqual([200, undefined]);
  });

  test('looks like a wrong password if its digest was changed as well', async () => {
    await put('report', masterPassword, 'print(1)');
    await put('other', 'another password', 'print(2)');
    await alter(`
      UPDATE "zkPayloads" SET body = (SELECT body FROM "zkPayloads" WHERE sk = 'other') WHERE sk = 'report'
    `);
    await alter(
      `UPDATE "zkCode" SET body = (SELECT body FROM "zkCode" WHERE sk = 'other') WHERE sk = 'report'`,
    );
    expect(await run()).toEqual([401, 'WRONG_MASTER_PASSWORD']);
  });
});
