import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { TestAppliance } from '../../api/appliance.ts';

/** How many rows a table has on disk, expired ones included. */
function rowsOnDisk(data: string, table: string): number {
  const database = new DatabaseSync(join(data, 'strongroom.db'), { readOnly: true });
  try {
    return Number(database.prepare(`SELECT count(*) AS count FROM "${table}"`).get()?.count);
  } finally {
    database.close();
  }
}

test('the appliance deletes expired items from the disk', async () => {
  const appliance = await TestAppliance.start();
  onTestFinished(() => appliance.remove());
  await appliance.end('SIGTERM');
  const table = new SqliteTable(join(appliance.data, 'strongroom.db'));
  const key = { pk: 'expired', sk: 'expired' };
  await table.transact([{ table: 'challenges', put: { ...key, ttl: 1_000_000_000 } }]);
  table.close();
  expect(rowsOnDisk(appliance.data, 'challenges')).toBe(1);

  await appliance.start();
  for (let tries = 0; rowsOnDisk(appliance.data, 'challenges') > 0 && tries < 100; tries++) await sleep(100);
  expect(rowsOnDisk(appliance.data, 'challenges')).toBe(0);
});
