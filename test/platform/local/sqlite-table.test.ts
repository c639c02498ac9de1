import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { tableSuite } from '../table.suite.ts';
import { killedWriter } from './killed-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-table-'));
const opened: SqliteTable[] = [];
const open = (path: string) => {
  const table = new SqliteTable(path);
  opened.push(table);
  return table;
};
afterAll(() => {
  for (const table of opened) table.close();
  rmSync(folder, { recursive: true });
});

tableSuite('SQLite', async () => open(join(folder, 'suite.db')));

const item = { pk: 'p', sk: 's', bytes: Uint8Array.of(0, 255) };

test('keeps items when the file is closed and opened again', async () => {
  const path = join(folder, 'again.db');
  const before = new SqliteTable(path);
  await before.transact([{ table: 'users', put: item }]);
  before.close();
  expect(await open(path).get('users', item)).toEqual(item);
});

test('closing commits waiting transactions, and then every call fails', async () => {
  const path = join(folder, 'closed.db');
  const table = new SqliteTable(path);
  const written = table.transact([{ table: 'users', put: item }]);
  table.close();
  await written;
  await expect(table.get('users', item)).rejects.toThrow();
  await expect(table.transact([{ table: 'users', put: item }])).rejects.toThrow();
  await expect(table.ping()).rejects.toThrow();
  expect(await open(path).get('users', item)).toEqual(item);
});

test('only its owner can access the file', () => {
  const path = join(folder, 'mode.db');
  open(path);
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
});

test('rejects the layout of a later version', () => {
  const path = join(folder, 'later.db');
  const later = new DatabaseSync(path);
  later.exec('PRAGMA user_version = 1000');
  later.close();
  expect(() => new SqliteTable(path)).toThrow('layout 1000');
});

test('rejects a file that is not a database, and leaves it unchanged', () => {
  const path = join(folder, 'notes.txt');
  writeFileSync(path, 'these are notes '.repeat(100));
  expect(() => new SqliteTable(path)).toThrow('not a database');
  expect(readFileSync(path, 'utf8')).toBe('these are notes '.repeat(100));
});

test('a query of an index uses the index', async () => {
  const path = join(folder, 'plan.db');
  open(path);
  const database = new DatabaseSync(path, { readOnly: true });
  const plan = database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT body FROM audit WHERE json_extract(body, '$.orgId') = ? ORDER BY sk, pk`,
    )
    .all('o');
  database.close();
  expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining('USING INDEX audit/orgId')]);
});

test('a failed transaction does not affect others in the same commit', async () => {
  const table = open(':memory:');
  const outcomes = await Promise.allSettled([
    table.transact([{ table: 'users', put: { ...item, n: 1 }, if: ['absent'] }]),
    table.transact([{ table: 'users', put: { ...item, n: 2 }, if: ['absent'] }]),
    table.transact([{ table: 'users', update: item, add: { bytes: 1 } }]),
    table.transact([{ table: 'users', update: item, add: { n: 10 } }]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(await table.get('users', item)).toEqual({ ...item, n: 11 });
});

test('acknowledges no transaction of a commit that the disk refuses', async () => {
  const path = join(folder, 'full.db');
  const table = open(path);
  await table.transact([{ table: 'users', put: item }]);
  const blocker = new DatabaseSync(path);
  blocker.exec(
    `CREATE TRIGGER full BEFORE INSERT ON users WHEN NEW.sk = 'full' BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
  );
  blocker.close();
  const outcomes = await Promise.allSettled([
    table.transact([{ table: 'users', put: { pk: 'p', sk: 'before' } }]),
    table.transact([
      { table: 'users', put: { pk: 'p', sk: 'half' } },
      { table: 'users', put: { pk: 'p', sk: 'full' } },
    ]),
    table.increment({ table: 'counters', key: item, field: 'n' }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect((await table.query({ table: 'users', pk: 'p', limit: 10 })).items).toEqual([item]);
  expect(await table.get('counters', item)).toBeUndefined();
  expect(await table.increment({ table: 'counters', key: item, field: 'n' })).toBe(1);
});

test('sweeping removes only expired items', async () => {
  const path = join(folder, 'sweep.db');
  const table = open(path);
  const items = Array.from({ length: 1500 }, (_, i) => ({
    pk: 'p',
    sk: `${i}`,
    ttl: i % 3 === 0 ? 4e9 : 1e9,
  }));
  for (let i = 0; i < items.length; i += 100) {
    await table.transact(items.slice(i, i + 100).map((item) => ({ table: 'sessions', put: item })));
  }
  await table.transact([{ table: 'sessions', put: { pk: 'p', sk: 'for ever' } }]);
  expect(await table.sweep()).toBe(1000);
  expect(await table.sweep()).toBe(0);
  const database = new DatabaseSync(path, { readOnly: true });
  expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 501 });
  database.close();
});

test('after kill -9, every acknowledged transaction exists, and all are complete', async () => {
  const path = join(folder, 'killed.db');
  const acknowledged: string[] = [];
  for (let round = 0; round < 5; round++) {
    acknowledged.push(...(await killedWriter('table-writer.ts', path, `${round}`)));
    const table = new SqliteTable(path);
    for (const id of acknowledged) {
      const { items } = await table.query({ table: 'secrets', pk: id, limit: 10 });
      expect(items.map(({ sk, part }) => [sk, part])).toEqual([0, 1, 2].map((n) => [`${n}`, `${id} ${n}`]));
    }
    table.close();
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(database.prepare('SELECT pk FROM secrets GROUP BY pk HAVING count(*) <> 3').all()).toEqual([]);
    database.close();
  }
  expect(acknowledged.length).toBeGreaterThan(50);
});
