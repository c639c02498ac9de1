import { randomUUID } from 'node:crypto';
import { ConditionFailed, type Item, type Table } from '../table.ts';
import { register, retireSandbox, sandboxItems } from './pool.ts';
import type { FetchSandboxKey, SandboxTask, SandboxTasks } from './sandbox-tasks.ts';

export type PoolTarget = {
  /** Most concurrent tasks, and so most users who run programs concurrently. */
  readonly size: number;
  /** Tasks kept ready for users who have none yet. */
  readonly spare: number;
};

export type PoolReport = {
  readonly started: number;
  readonly registered: number;
  readonly retired: number;
  /** Another call was running. */
  readonly skipped?: true;
};

type Pool = { readonly table: Table; readonly tasks: SandboxTasks; readonly fetchKey: FetchSandboxKey };

const turn = { pk: 'keeper', sk: 'turn' };
/** How long a call that dies blocks others. */
const turnMs = 90_000;
/** Time after the lease expires: a run of 15 minutes may have started just before the lease was due for renewal. */
const overLeaseMs = 5 * 60_000;
/** Time from the start of a task to its key. Pulling an image takes a minute. */
const startMs = 5 * 60_000;

/**
 * Reconciles the tasks of a pool with the table of the pool: registers tasks that are up, ends those whose user has
 * left, and starts new ones. Each call checks everything again, so a call that is skipped or interrupted does no harm.
 * If two calls run concurrently, one of them does nothing.
 *
 * A task is registered once and retired once, and retired before it is stopped. A retired task stays in the table
 * for as long as the task may exist, so a task that a tenant used never becomes ready again.
 */
export async function reconcilePool(pool: Pool, target: PoolTarget, now = Date.now()): Promise<PoolReport> {
  const token = await takeTurn(pool.table, now);
  if (!token) return { started: 0, registered: 0, retired: 0, skipped: true };
  try {
    return await reconcile(pool, target, now, token);
  } finally {
    await endTurn(pool.table, token);
  }
}

async function reconcile(
  { table, tasks, fetchKey }: Pool,
  { size, spare }: PoolTarget,
  now: number,
  token: string,
): Promise<PoolReport> {
  const items = await sandboxItems(table);
  const known = await tasks.list(items.map(({ sk }) => sk));
  const byId = new Map(known.map((task) => [task.taskId, task]));

  const retired = new Set<string>();
  const retire = async (item: Item) => {
    if (item.state === 'retired' || (await retireSandbox(table, item, now))) retired.add(item.sk);
  };
  for (const item of items) {
    if (isOver(item, byId.get(item.sk), now)) await retire(item);
  }
  const inState = (state: string) => items.filter((item) => item.state === state && !retired.has(item.sk));
  const wanted = Math.max(0, Math.min(spare, size - inState('leased').length));
  for (const item of inState('ready').slice(wanted)) await retire(item);

  const registeredIds = new Set(items.map(({ sk }) => sk));
  const starting = known.filter((task) => isAlive(task) && !registeredIds.has(task.taskId));
  const late = starting.filter(
    (task) => !task.current || task.state === 'failing' || now - task.createdAt > startMs,
  );
  const awaited = starting
    .filter((task) => !late.includes(task))
    .slice(0, Math.max(0, wanted - inState('ready').length));
  const registrations = await Promise.all(awaited.map((task) => registerTask(table, task, fetchKey)));

  const unwanted = [
    ...[...retired].filter((taskId) => isAlive(byId.get(taskId))),
    ...starting.filter((task) => !awaited.includes(task)).map(({ taskId }) => taskId),
  ];
  await Promise.all(unwanted.map((taskId) => tasks.stop(taskId, 'it is no longer needed')));

  // A task that is ending does not count.
  const missing = wanted - inState('ready').length - awaited.length;
  return {
    started: missing > 0 ? await tasks.start(missing, token) : 0,
    registered: registrations.filter(Boolean).length,
    retired: retired.size,
  };
}

/** Whether a sandbox must not start any more runs. */
function isOver(item: Item, task: SandboxTask | undefined, now: number): boolean {
  if (item.state === 'retired' || !task || !isAlive(task) || task.state === 'failing') return true;
  if (item.state === 'ready') return !task.current;
  return Number(item.leasedUntil) + overLeaseMs < now;
}

function isAlive(task: SandboxTask | undefined): boolean {
  return task !== undefined && task.state !== 'stopping' && task.state !== 'stopped';
}

/** Returns whether the task was registered. The next call tries a task again that does not respond yet. */
async function registerTask(
  table: Table,
  { taskId, state, url }: SandboxTask,
  fetchKey: FetchSandboxKey,
): Promise<boolean> {
  if (state !== 'running' || !url) return false;
  try {
    await register(table, { sandboxId: taskId, url, publicKey: await fetchKey(taskId, url) });
    return true;
  } catch {
    return false;
  }
}

/** Takes the lock that admits one call at a time. Returns its token, or `undefined` if another call holds it. */
async function takeTurn(table: Table, now: number): Promise<string | undefined> {
  const before = await table.get('sandboxes', turn);
  if (before && Number(before.until) > now) return undefined;
  const token = randomUUID();
  try {
    await table.transact([
      {
        table: 'sandboxes',
        put: { ...turn, until: now + turnMs, token },
        if: before ? [{ field: 'token', equals: String(before.token) }] : ['absent'],
      },
    ]);
    return token;
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined;
    throw error;
  }
}

async function endTurn(table: Table, token: string): Promise<void> {
  await table.transact([
    {
      table: 'sandboxes',
      update: turn,
      set: { until: 0 },
      if: [{ field: 'token', equals: token }],
    },
  ]);
}
