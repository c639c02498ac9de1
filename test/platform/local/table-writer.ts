import { writeSync } from 'node:fs';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';

/** Writes transactions of three items, eight concurrently, until it is killed. */
const [path = '', round = ''] = process.argv.slice(2);
const table = new SqliteTable(path);

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const id = `${round}-${writer}-${i}`;
    await table.transact(
      [0, 1, 2].map((n) => ({
        table: 'secrets',
        put: { pk: id, sk: `${n}`, part: `${id} ${n}` },
        if: ['absent'],
      })),
    );
    writeSync(process.stdout.fd, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
