import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { externalProvider, SandboxPool, sandboxItems } from '../../../platform/sandboxes/pool.ts';
import { type PoolTarget, reconcilePool } from '../../../platform/sandboxes/pool-reconciler.ts';
import { fetchSandboxKey } from '../../../platform/sandboxes/sandbox-key.ts';
import type {
  FetchSandboxKey,
  SandboxTask,
  SandboxTasks,
} from '../../../platform/sandboxes/sandbox-tasks.ts';
import { NoSandboxFree } from '../../../platform/sandboxes.ts';
import { Supervisor } from '../../sandbox-image/supervisor/supervisor.ts';

/** A scheduler whose tasks change state when the test says so. */
class Scheduler implements SandboxTasks {
  readonly tasks = new Map<string, SandboxTask>();
  readonly stopped: string[] = [];
  room = 100;
  #tokens = new Set<string>();

  async list(taskIds: readonly string[]) {
    return [...this.tasks.values()].filter(
      (task) => task.state !== 'stopped' || taskIds.includes(task.taskId),
    );
  }

  async start(count: number, token: string) {
    if (this.#tokens.has(token)) return 0;
    this.#tokens.add(token);
    const started = Math.min(count, this.room);
    for (let each = 0; each < started; each++) {
      const taskId = randomUUID();
      this.tasks.set(taskId, { taskId, state: 'starting', current: true, createdAt: clock });
    }
    return started;
  }

  async stop(taskId: string) {
    this.stopped.push(taskId);
    this.update(taskId, { state: 'stopped' });
  }

  update(taskId: string, change: Partial<SandboxTask>) {
    const task = this.tasks.get(taskId);
    if (task) this.tasks.set(taskId, { ...task, ...change });
  }

  /** Makes all starting tasks run. */
  runAll() {
    for (const { taskId, state } of this.tasks.values()) {
      if (state === 'starting') this.update(taskId, { state: 'running', url: `http://${taskId}:8700` });
    }
  }

  alive() {
    return [...this.tasks.values()].filter(({ state }) => state !== 'stopped').map(({ taskId }) => taskId);
  }
}

const minute = 60_000;
let clock: number;
let table: SqliteTable;
let tasks: Scheduler;
let fetchKey: FetchSandboxKey;
beforeEach(() => {
  clock = Date.now();
  table = new SqliteTable(':memory:');
  tasks = new Scheduler();
  fetchKey = async () => new Uint8Array(1216);
});
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  table.close();
});

const reconcile = (target: PoolTarget) => reconcilePool({ table, tasks, fetchKey }, target, clock);
const target = { size: 4, spare: 2 };
const inState = async (state: string) =>
  (await sandboxItems(table)).filter((item) => item.state === state).map(({ sk }) => sk);
const pool = () => new SandboxPool(table, externalProvider(table));
const lease = (userId: string) => pool().lease({ userId, orgId: 'org' }, 0);

/** Reconciles until the pool has the tasks that it wants. */
async function fill(wanted: PoolTarget = target): Promise<void> {
  await reconcile(wanted);
  tasks.runAll();
  await reconcile(wanted);
}

describe('a pool of tasks', () => {
  it('starts missing tasks, and registers those that are up', async () => {
    expect(await reconcile(target)).toEqual({ started: 2, registered: 0, retired: 0 });
    // Those that are starting count.
    expect(await reconcile(target)).toEqual({ started: 0, registered: 0, retired: 0 });
    tasks.runAll();
    expect(await reconcile(target)).toEqual({ started: 0, registered: 2, retired: 0 });
    expect((await inState('ready')).sort()).toEqual(tasks.alive().sort());
    expect(await reconcile(target)).toEqual({ started: 0, registered: 0, retired: 0 });
  });

  it('starts another task for each that a user leases, up to its size', async () => {
    await fill();
    for (const user of ['ann', 'bob']) await lease(user);
    await fill();
    expect(await inState('ready')).toHaveLength(2);
    for (const user of ['cy', 'dee']) await lease(user);
    await fill();
    expect(tasks.alive()).toHaveLength(4);
    await expect(lease('eve')).rejects.toThrow(NoSandboxFree);
  });

  it('keeps no more tasks ready than its size', async () => {
    await fill({ size: 1, spare: 5 });
    expect(tasks.alive()).toHaveLength(1);
  });

  it('ends the sandbox of a user who has left, and never leases it again', async () => {
    await fill({ size: 1, spare: 1 });
    const { sandboxId } = await lease('ann');
    clock += 19 * minute;
    await reconcile({ size: 1, spare: 1 });
    expect(tasks.stopped).toEqual([]);
    clock += 2 * minute;
    await reconcile({ size: 1, spare: 1 });
    expect(tasks.stopped).toEqual([sandboxId]);
    await fill({ size: 1, spare: 1 });
    expect((await lease('bob')).sandboxId).not.toBe(sandboxId);
  });

  it('does not end a lease that is renewed at the same time', async () => {
    await fill({ size: 1, spare: 1 });
    const { sandboxId } = await lease('ann');
    clock += 30 * minute;
    const list = tasks.list.bind(tasks);
    tasks.list = async (taskIds) => {
      await table.transact([
        {
          table: 'sandboxes',
          update: { pk: 'sandbox', sk: sandboxId },
          set: { leasedUntil: clock + minute },
        },
      ]);
      return list(taskIds);
    };
    expect(await reconcile({ size: 1, spare: 1 })).toMatchObject({ retired: 0 });
    expect(tasks.stopped).toEqual([]);
  });

  it('never makes a retired sandbox ready again, however long its task runs', async () => {
    await fill({ size: 1, spare: 1 });
    const { sandboxId } = await lease('ann');
    await externalProvider(table).retire(sandboxId);
    tasks.stop = async () => undefined;
    for (let count = 0; count < 3; count++) {
      clock += minute;
      await reconcile({ size: 1, spare: 1 });
    }
    expect(await inState('ready')).not.toContain(sandboxId);
    expect(await inState('retired')).toEqual([sandboxId]);
  });

  it('retires a task that stopped, one that the scheduler does not know, and an unhealthy one', async () => {
    await fill({ size: 3, spare: 3 });
    const [stopped = '', unknown = '', failing = ''] = tasks.alive();
    tasks.update(stopped, { state: 'stopped' });
    tasks.tasks.delete(unknown);
    tasks.update(failing, { state: 'failing' });
    expect(await reconcile({ size: 3, spare: 3 })).toMatchObject({ retired: 3, started: 3 });
    expect(tasks.stopped).toEqual([failing]);
    expect(await inState('ready')).toEqual([]);
  });

  it('replaces ready tasks that run an old image, and keeps leased ones', async () => {
    await fill();
    const { sandboxId } = await lease('ann');
    for (const taskId of tasks.alive()) tasks.update(taskId, { current: false });
    await fill();
    expect(tasks.alive()).toContain(sandboxId);
    expect(await inState('leased')).toEqual([sandboxId]);
    for (const taskId of await inState('ready')) expect(tasks.tasks.get(taskId)?.current).toBe(true);
  });

  it('stops a task that is not up within five minutes, and starts another', async () => {
    await reconcile({ size: 1, spare: 1 });
    const [stuck] = tasks.alive();
    clock += 6 * minute;
    expect(await reconcile({ size: 1, spare: 1 })).toMatchObject({ started: 1 });
    expect(tasks.stopped).toEqual([stuck]);
  });

  it('retries to fetch a key', async () => {
    fetchKey = async () => {
      throw new Error('not yet');
    };
    await fill({ size: 1, spare: 1 });
    expect(await inState('ready')).toEqual([]);
    fetchKey = async () => new Uint8Array(1216);
    expect(await reconcile({ size: 1, spare: 1 })).toMatchObject({ registered: 1 });
  });

  it('starts as many tasks as there is room for, and the rest later', async () => {
    tasks.room = 1;
    expect(await reconcile(target)).toMatchObject({ started: 1 });
    expect(await reconcile(target)).toMatchObject({ started: 1 });
    expect(tasks.alive()).toHaveLength(2);
  });

  it('stops all tasks without spares, except those of active users', async () => {
    await fill();
    const { sandboxId } = await lease('ann');
    await reconcile({ size: 4, spare: 0 });
    expect(tasks.alive()).toEqual([sandboxId]);
    clock += 21 * minute;
    await reconcile({ size: 4, spare: 0 });
    expect(tasks.alive()).toEqual([]);
  });

  it('is reconciled by one call at a time', async () => {
    const reports = await Promise.all(Array.from({ length: 8 }, () => reconcile(target)));
    expect(reports.filter(({ skipped }) => !skipped)).toHaveLength(1);
    expect(tasks.alive()).toHaveLength(2);
  });

  it('is reconciled immediately after a call failed, and after a delay if a call died', async () => {
    const list = tasks.list.bind(tasks);
    tasks.list = () => Promise.reject(new Error('ECS is away'));
    await expect(reconcile(target)).rejects.toThrow('ECS is away');
    tasks.list = list;
    expect(await reconcile(target)).toMatchObject({ started: 2 });
    await table.transact([
      { table: 'sandboxes', put: { pk: 'keeper', sk: 'turn', token: 'dead', until: clock + 90_000 } },
    ]);
    expect(await reconcile(target)).toMatchObject({ skipped: true });
    clock += 91_000;
    expect(await reconcile(target)).not.toHaveProperty('skipped');
  });
});

describe('a task that is a real supervisor', () => {
  /** Starts a supervisor with a metadata endpoint like that of Fargate. */
  async function startTask(taskId: string): Promise<Supervisor> {
    const arn = `arn:aws:ecs:eu-central-1:111122223333:task/pool/${taskId}`;
    const metadata = createServer((_, response) => response.end(JSON.stringify({ TaskARN: arn })));
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    const { port } = metadata.address() as AddressInfo;
    const env = { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/container` };
    const supervisor = await Supervisor.start(env, undefined, '127.0.0.1:0');
    closers.push(async () => {
      await supervisor.stop();
      metadata.close();
    });
    return supervisor;
  }

  it('is registered with its own key, and runs a job that is sealed to it', async () => {
    fetchKey = fetchSandboxKey;
    await reconcile({ size: 1, spare: 1 });
    const [taskId = ''] = tasks.alive();
    const supervisor = await startTask(taskId);
    tasks.update(taskId, { state: 'running', url: supervisor.ready.listen });
    expect(await reconcile({ size: 1, spare: 1 })).toMatchObject({ registered: 1 });
    const leased = await lease('ann');
    expect(leased.sandboxId).toBe(taskId);
    const { stdout } = await leased.run({
      executionId: randomUUID(),
      language: 'python',
      code: 'print(6 * 7)',
      stdin: '',
      args: [],
      env: {},
      files: [],
      timeoutMs: 5_000,
    });
    expect(Buffer.from(stdout).toString()).toBe('42\n');
  });

  it('is not mistaken for another task that had its address', async () => {
    const { ready } = await startTask('this-one');
    await expect(fetchSandboxKey('another-one', ready.listen)).rejects.toThrow('another task');
    expect(Buffer.from(await fetchSandboxKey('this-one', ready.listen)).toString('base64')).toBe(
      ready.publicKeyB64,
    );
  });
});
