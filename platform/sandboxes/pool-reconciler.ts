import { randomUUID } from 'node:crypto';
import { ConditionFailed, type Item, type Table } from '../table.ts';
import { register, retireSandbox, sandboxItems } from './pool.ts';
import type { SandboxTask, SandboxTasks } from './sandbox-tasks.ts';

export type PoolTarget = {
  /** Most tasks at a time, and so users who run programs at the same time. */
  readonly size: number;
  /** Tasks kept ready for users who have none yet. */
  readonly spare: number;
};

export type PoolReport = {
  readonly started: number;
  readonly registered: number;
  readonly retired: number;
  /** Another call was at it. */
  readonly skipped?: true;
};

/** Asks a running task for its public key. Rejects where it does not answer, or says that it is another task. */
export type FetchSandboxKey = (taskId: string, url: string) => Promise<Uint8Array>;

type Around = { readonly table: Table; readonly tasks: SandboxTasks; readonly fetchKey: FetchSandboxKey };

const turn = { pk: 'keeper', sk: 'turn' };
/** A call that dies holds others up for so long. */
const turnMs = 90_000;
/** Beyond its lease: a run of 15 minutes may have begun just before the lease was to be written anew. */
const overLeaseMs = 5 * 60_000;
/** From its start to its key. An image takes a minute to pull. */
const startMs = 5 * 60_000;

/**
 * Keeps a pool's tasks and the pool's table in step, one step at a time: registers tasks that have come up, ends those
 * whose user has left, and starts others. Each call looks at everything anew, so none that is left out or cut off does
 * harm; of two at once, one does nothing.
 *
 * A task is registered once and retired once, and retired before it is stopped. What is retired stays in the table as
 * long as the task could: so no task that somebody had is ever ready again.
 */
export async function reconcilePool(
  around: Around,
  target: PoolTarget,
  now = Date.now(),
): Promise<PoolReport> {
  const token = await takeTurn(around.table, now);
  if (!token) return { started: 0, registered: 0, retired: 0, skipped: true };
  try {
    return await keep(around, target, now, token);
  } finally {
    await endTurn(around.table, token);
  }
}

async function keep(
  { table, tasks, fetchKey }: Around,
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
  const left = (state: string) => items.filter((item) => item.state === state && !retired.has(item.sk));
  const wanted = Math.max(0, Math.min(spare, size - left('leased').length));
  for (const item of left('ready').slice(wanted)) await retire(item);

  const enrolled = new Set(items.map(({ sk }) => sk));
  const coming = known.filter((task) => isAlive(task) && !enrolled.has(task.taskId));
  const late = coming.filter(
    (task) => !task.current || task.state === 'failing' || now - task.createdAt > startMs,
  );
  const awaited = coming
    .filter((task) => !late.includes(task))
    .slice(0, Math.max(0, wanted - left('ready').length));
  const asked = await Promise.all(awaited.map((task) => enter(table, task, fetchKey)));

  const unwanted = [
    ...[...retired].filter((taskId) => isAlive(byId.get(taskId))),
    ...coming.filter((task) => !awaited.includes(task)).map(({ taskId }) => taskId),
  ];
  await Promise.all(unwanted.map((taskId) => tasks.stop(taskId, 'it is wanted no more')));

  // One that is ending takes no place.
  const missing = wanted - left('ready').length - awaited.length;
  return {
    started: missing > 0 ? await tasks.start(missing, token) : 0,
    registered: asked.filter(Boolean).length,
    retired: retired.size,
  };
}

/** Whether nothing may begin in it any more. */
function isOver(item: Item, task: SandboxTask | undefined, now: number): boolean {
  if (item.state === 'retired' || !task || !isAlive(task) || task.state === 'failing') return true;
  if (item.state === 'ready') return !task.current;
  return Number(item.leasedUntil) + overLeaseMs < now;
}

function isAlive(task: SandboxTask | undefined): boolean {
  return task !== undefined && task.state !== 'stopping' && task.state !== 'stopped';
}

/** Whether it is in the pool now. One that does not answer yet is asked again the next time. */
async function enter(
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

/** The turn's token, for as long as nobody else has the turn. */
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
