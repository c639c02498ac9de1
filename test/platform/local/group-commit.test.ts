import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { GroupCommit } from '../../../platform/local/group-commit.ts';

/** A disk whose syncs the test completes or fails. */
class Disk {
  readonly syncs: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  readonly sync = () =>
    new Promise<void>((resolve, reject) => this.syncs.push({ end: resolve, fail: reject }));
  readonly syncNow = () => undefined;
}

let disk: Disk;
let commits: GroupCommit;
let rows: () => number;
beforeEach(() => {
  disk = new Disk();
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE written (name TEXT)');
  const insert = database.prepare('INSERT INTO written VALUES (?)');
  rows = () => database.prepare('SELECT * FROM written').all().length;
  commits = new GroupCommit(database, ({ key }) => insert.run(key.sk), disk);
});

const one = () => ({
  changes: [{ table: 'users' as const, key: { pk: 'p', sk: 's' }, item: undefined }],
  value: 'done',
});

async function stateOf(write: Promise<unknown>): Promise<'open' | 'done' | 'failed'> {
  const settled = write.then(() => 'done' as const).catch(() => 'failed' as const);
  await nextTurn();
  return Promise.race([settled, nextTurn('open' as const)]);
}

test('acknowledges a write once it is on the disk', async () => {
  const write = commits.add(one);
  expect(await stateOf(write)).toBe('open');
  expect(rows()).toBe(1);
  disk.syncs[0]?.end();
  expect(await write).toBe('done');
});

test('commits that arrive while the disk is being synced share the next sync', async () => {
  const first = commits.add(one);
  await nextTurn();
  const later: Promise<string>[] = [];
  for (let turn = 0; turn < 5; turn++) {
    later.push(commits.add(one));
    await nextTurn();
  }
  expect(disk.syncs.length).toBe(1);
  disk.syncs[0]?.end();
  await first;
  expect(await Promise.all(later.map(stateOf))).toEqual(Array(5).fill('open'));
  expect(disk.syncs.length).toBe(2);
  disk.syncs[1]?.end();
  await Promise.all(later);
});

test('a caller who accepts a mere commit does not wait for the disk', async () => {
  expect(await commits.add(one, 'committed')).toBe('done');
  expect(disk.syncs).toEqual([]);
});

test('acknowledges no write after a sync has failed', async () => {
  const write = commits.add(one);
  const rejected = expect(write).rejects.toThrow('the disk lost a write');
  await nextTurn();
  disk.syncs[0]?.fail(new Error('EIO'));
  await rejected;
  await expect(commits.add(one)).rejects.toThrow('the disk lost a write');
  await expect(commits.add(one, 'committed')).rejects.toThrow('the disk lost a write');
  expect(rows()).toBe(1);
});

test('writes waiting transactions to the disk on closing', async () => {
  const waiting = commits.add(one);
  commits.close();
  expect(await waiting).toBe('done');
});
