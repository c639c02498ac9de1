import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { TestAppliance } from './appliance.ts';
import { type Event, EventStream } from './event-stream.ts';
import { type Answer, call, TestUser } from './target.ts';

let appliance: TestAppliance;
afterEach(() => appliance.remove());

const endless = 'import time\nprint("begun", flush=True)\nwhile True: time.sleep(0.05)';

const execute = (user: TestUser, body: object) => user.call('POST', '/api/v1/execute', { body });

/** Starts a program and waits for its first output. */
async function begin(user: TestUser, code = endless): Promise<string> {
  const { body } = await execute(user, { code, wait: false, timeoutSeconds: 60 });
  while ((await user.call('GET', `/api/v1/executions/${body.executionId}`)).body.stdout === '')
    await sleep(20);
  return body.executionId;
}

/** Reads the current address, which changes with every restart. */
const get = (user: TestUser, path: string) =>
  call(appliance.target, 'GET', path, { headers: { 'x-api-key': user.apiKey } });

async function ended(user: TestUser, id: string): Promise<Answer['body']> {
  for (;;) {
    const { status, body } = await get(user, `/api/v1/executions/${id}`);
    if (status === 200 && body.status !== 'running') return body;
    await sleep(50);
  }
}

/** Returns the first supervisor that this appliance started, which serves the first user. */
function oldestSupervisor(): number {
  const children = readFileSync(`/proc/${appliance.pid}/task/${appliance.pid}/children`, 'utf8');
  const pids = children.split(' ').filter(Boolean).map(Number);
  const isSupervisor = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervisor');
  return pids.filter(isSupervisor).sort((one, other) => one - other)[0] as number;
}

describe('detached executions', () => {
  test('are recorded as killed, with the reason, if the appliance was killed while they ran', async () => {
    appliance = await TestAppliance.start();
    const user = await TestUser.register(appliance.target);
    const ids = [await begin(user), await begin(user)];
    const { body: before } = await execute(user, { code: 'print("kept")', wait: false });
    await ended(user, before.executionId);
    await sleep(200);
    await appliance.end('SIGKILL');
    await appliance.start();

    const { executions } = (await get(user, '/api/v1/executions')).body;
    expect(executions.map(({ status }: { status: string }) => status)).toEqual([
      'completed',
      'killed',
      'killed',
    ]);
    for (const id of ids) {
      const { status, body } = await get(user, `/api/v1/executions/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'killed', exitCode: null, isolation: null });
      expect(body.stderr).toBe(
        'Strongroom: the appliance ended while this program ran, and the program with it.\n',
      );
    }
    // Results from before the restart are unchanged.
    expect((await get(user, `/api/v1/executions/${before.executionId}`)).body.stdout).toBe('kept\n');
  });

  test('are stopped and recorded with their output when the appliance stops', async () => {
    appliance = await TestAppliance.start();
    const user = await TestUser.register(appliance.target);
    const id = await begin(user);
    expect(await appliance.end('SIGTERM')).toBe(0);
    await appliance.start();
    const { body } = await get(user, `/api/v1/executions/${id}`);
    expect(body).toMatchObject({ status: 'killed', signal: 'SIGKILL', stdout: 'begun\n', stderr: '' });
  });

  test('are recorded as killed, with their output so far, when their sandbox is lost', async () => {
    appliance = await TestAppliance.start();
    const user = await TestUser.register(appliance.target);
    const id = await begin(user);
    const events = await EventStream.open(user, id);
    const first = (await events.next()) as Event;
    expect(first.data).toEqual({ text: 'begun\n' });
    process.kill(oldestSupervisor(), 'SIGKILL');

    const body = await ended(user, id);
    expect(body).toMatchObject({ status: 'killed', exitCode: null, stdout: 'begun\n' });
    expect(body.stderr).toMatch(/^Strongroom: the sandbox that ran this program was lost, .*\.\n$/);
    expect(await ended(user, id)).toEqual(body);
    const rest = await (await EventStream.open(user, id, first.id)).rest();
    expect(rest.map(({ event }) => event)).toEqual(['stderr', 'end']);
    // The user's next program runs in another sandbox.
    expect((await execute(user, { code: 'print(1)' })).body).toMatchObject({ stdout: '1\n' });
  });

  test('are deleted when they expire', async () => {
    appliance = await TestAppliance.start();
    const user = await TestUser.register(appliance.target);
    const { body } = await execute(user, { code: 'print(1)', wait: false });
    await ended(user, body.executionId);
    await sleep(200);
    await appliance.end('SIGTERM');
    const database = new DatabaseSync(join(appliance.data, 'strongroom.db'));
    const changed = database
      .prepare(`UPDATE executions SET ttl = unixepoch() - 1, body = json_set(body, '$.ttl', unixepoch() - 1)`)
      .run();
    expect(changed.changes).toBe(1);
    database.close();
    await appliance.start();
    expect((await get(user, `/api/v1/executions/${body.executionId}`)).status).toBe(404);
    expect((await get(user, '/api/v1/executions')).body.executions).toEqual([]);
  });

  test('leave nothing in a log, and an execution that was answered immediately leaves nothing at all', async () => {
    appliance = await TestAppliance.start();
    const user = await TestUser.register(appliance.target);
    await execute(user, { code: 'print("PLANTED" + "-answered")' });
    const objects = () => readdirSync(join(appliance.data, 'objects', 'blobs'), { recursive: true });
    expect(objects()).toEqual([]);
    expect((await get(user, '/api/v1/executions')).body.executions).toEqual([]);
    const { body } = await execute(user, { code: 'print("PLANTED-detached")', wait: false });
    await ended(user, body.executionId);
    await (await EventStream.open(user, body.executionId)).rest();
    expect(appliance.output).toContain('executions.streamEvents');
    expect(appliance.output).not.toContain('PLANTED');
  });
});

describe('a user’s concurrency', () => {
  test('beyond the queue, programs are refused with 503 and Retry-After; those in the queue all run', async () => {
    appliance = await TestAppliance.start({
      STRONGROOM_SANDBOX_CONCURRENCY: '1',
      STRONGROOM_SANDBOX_WAITING: '2',
    });
    const user = await TestUser.register(appliance.target);
    await execute(user, { code: 'pass' });
    const code = 'import time; time.sleep(0.3); print("ran")';
    const answers = await Promise.all(Array.from({ length: 6 }, () => execute(user, { code })));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(3);
    for (const { headers, body } of refused) {
      expect([body.code, headers.get('retry-after')]).toEqual(['NO_SANDBOX_FREE', '5']);
    }
    const ran = answers.filter(({ status }) => status === 200);
    expect(ran.map(({ body }) => body.stdout)).toEqual(Array(3).fill('ran\n'));
    // Another user has a separate sandbox.
    const other = await TestUser.register(appliance.target);
    expect((await execute(other, { code: 'print(1)' })).status).toBe(200);
  });

  test('a queued execution can be stopped before it starts', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_SANDBOX_CONCURRENCY: '1' });
    const user = await TestUser.register(appliance.target);
    const first = await begin(user);
    const { body } = await execute(user, { code: 'print("never")', wait: false });
    const waiting = await get(user, `/api/v1/executions/${body.executionId}`);
    expect([waiting.body.status, waiting.body.stdout]).toEqual(['running', '']);
    const stopping = user.call('DELETE', `/api/v1/executions/${body.executionId}`);
    await user.call('DELETE', `/api/v1/executions/${first}`);
    expect((await stopping).body).toMatchObject({ status: 'killed', stdout: '' });
  });
});
