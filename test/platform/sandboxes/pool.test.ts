import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SandboxProcesses } from '../../../platform/local/sandbox-process.ts';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { externalProvider, register, registered, SandboxPool } from '../../../platform/sandboxes/pool.ts';
import { NoSandboxFree } from '../../../platform/sandboxes.ts';
import { type Job, SandboxLost, SandboxUnavailable } from '../../../sandbox-image/protocol/job.ts';
import { Supervisor } from '../../sandbox-image/supervisor/supervisor.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function newTable(): SqliteTable {
  const table = new SqliteTable(':memory:');
  closers.push(async () => table.close());
  return table;
}

async function localPool(options: ConstructorParameters<typeof SandboxProcesses>[1] = {}) {
  const table = newTable();
  const processes = new SandboxProcesses(table, options);
  closers.push(() => processes.close());
  await processes.start();
  return { table, pool: processes.sandboxes, processes };
}

const ann = { userId: 'ann', orgId: 'org' };
const bob = { userId: 'bob', orgId: 'org' };
const job = (code: string): Job => ({
  executionId: randomUUID(),
  language: 'python',
  code,
  stdin: '',
  args: [],
  env: {},
  files: [],
  timeoutMs: 5_000,
});
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('the pool of this machine', () => {
  it('leases the same sandbox to a tenant every time, and another one to another tenant', async () => {
    const { pool } = await localPool();
    await pool.ping();
    const first = await pool.lease(ann, 10_000);
    expect(text((await first.run(job('print("ann")'))).stdout)).toBe('ann\n');
    await first.release();
    const [again, other] = await Promise.all([pool.lease(ann, 10_000), pool.lease(bob, 10_000)]);
    expect(again.sandboxId).toBe(first.sandboxId);
    expect(other.sandboxId).not.toBe(first.sandboxId);
    expect(text((await other.run(job('print("bob")'))).stdout)).toBe('bob\n');
  });

  it('leases one sandbox for concurrent calls of a tenant', async () => {
    const { pool } = await localPool();
    const leases = await Promise.all(Array.from({ length: 8 }, () => pool.lease(ann, 10_000)));
    expect(new Set(leases.map((lease) => lease.sandboxId)).size).toBe(1);
  });

  it('reports that no sandbox is free, and makes room once one is', async () => {
    const { pool } = await localPool({ maxProcesses: 1 });
    const busy = await pool.lease(ann, 10_000);
    await expect(pool.lease(bob, 300)).rejects.toBeInstanceOf(NoSandboxFree);
    await busy.release();
    const freed = await pool.lease(bob, 10_000);
    expect(freed.sandboxId).not.toBe(busy.sandboxId);
    expect(text((await freed.run(job('print(1)'))).stdout)).toBe('1\n');
    await expect(busy.run(job('print(1)'))).rejects.toBeInstanceOf(SandboxLost);
  });

  it('retires idle sandboxes', async () => {
    const { pool, table } = await localPool({ idleMs: 50 });
    const lease = await pool.lease(ann, 10_000);
    await lease.release();
    for (let tries = 0; tries < 200 && (await registered(table)).includes(lease.sandboxId); tries++)
      await sleep(25);
    expect(await registered(table)).not.toContain(lease.sandboxId);
  });

  it('stops a run', async () => {
    const { pool } = await localPool();
    const lease = await pool.lease(ann, 10_000);
    const endless = job('while True: pass');
    const run = lease.run(endless);
    await sleep(200);
    await lease.stop(endless.executionId);
    expect((await run).status).toBe('killed');
  });

  it('reports why it cannot run programs', async () => {
    const { pool } = await localPool({ env: { STRONGROOM_PYTHON: '/nonexistent/python3' } });
    await expect(pool.ping()).rejects.toThrow(SandboxUnavailable);
    await expect(pool.lease(ann, 1_000)).rejects.toThrow('STRONGROOM_PYTHON');
  });

  it('unregisters the sandboxes of an earlier process', async () => {
    const table = newTable();
    await register(table, { sandboxId: 'stale', url: 'unix:/nonexistent', publicKey: new Uint8Array(1216) });
    const processes = new SandboxProcesses(table);
    closers.push(() => processes.close());
    await processes.start();
    expect(await registered(table)).not.toContain('stale');
  });
});

describe('a pool of external sandboxes', () => {
  async function task(table: SqliteTable, sandboxId: string): Promise<Supervisor> {
    const sandbox = await Supervisor.start();
    closers.push(() => sandbox.stop());
    const { listen: url, publicKeyB64 } = sandbox.ready;
    await register(table, { sandboxId, url, publicKey: Buffer.from(publicKeyB64, 'base64') });
    return sandbox;
  }

  it('never leases one sandbox to two tenants', async () => {
    const table = newTable();
    await task(table, 'only');
    const pools = Array.from({ length: 6 }, () => new SandboxPool(table, externalProvider(table)));
    const tenants = pools.map((_, at) => ({ userId: `user-${at}`, orgId: 'org' }));
    const outcomes = await Promise.allSettled(pools.map((pool, at) => pool.lease(tenants[at] ?? ann, 200)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('finds the sandbox that its tenant leased through another instance', async () => {
    const table = newTable();
    await task(table, 'only');
    const first = await new SandboxPool(table, externalProvider(table)).lease(ann, 1_000);
    const second = await new SandboxPool(table, externalProvider(table)).lease(ann, 1_000);
    expect(second.sandboxId).toBe(first.sandboxId);
  });

  it('retires a sandbox that died, and reports the run as lost', async () => {
    const table = newTable();
    const sandbox = await task(table, 'dies');
    const pool = new SandboxPool(table, externalProvider(table));
    const lease = await pool.lease(ann, 1_000);
    const run = lease.run(job('import time; time.sleep(60)'));
    await sleep(200);
    sandbox.process.kill('SIGKILL');
    await expect(run).rejects.toBeInstanceOf(SandboxLost);
    await expect(pool.lease(ann, 100)).rejects.toBeInstanceOf(NoSandboxFree);
    await expect(pool.ping()).rejects.toBeInstanceOf(SandboxUnavailable);
  });

  it('accepts a result only from the sandbox that has the key', async () => {
    const table = newTable();
    const genuine = await task(table, 'genuine');
    const impostor = await Supervisor.start();
    closers.push(() => impostor.stop());
    await register(table, {
      sandboxId: 'a-swapped',
      url: impostor.ready.listen,
      publicKey: Buffer.from(genuine.ready.publicKeyB64, 'base64'),
    });
    const lease = await new SandboxPool(table, externalProvider(table)).lease(ann, 1_000);
    expect(lease.sandboxId).toBe('a-swapped');
    await expect(lease.run(job('print(1)'))).rejects.toThrow('400');
  });
});
