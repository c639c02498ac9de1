import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TableName } from '../../contract/resources.ts';

type Row = { readonly pk: string; readonly sk: string; readonly body: string; readonly ttl: number | null };

/** A record as the database file stores it, with bytes as `{"$bytes": "<base64>"}`. */
export type StoredRecord = {
  readonly table: TableName;
  readonly pk: string;
  readonly sk: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** The database of a running appliance, as an attacker with access to the file reads and changes it. */
export class StoredRecords {
  readonly #db: DatabaseSync;

  /** @param data folder of the appliance */
  constructor(data: string) {
    this.#db = new DatabaseSync(join(data, 'strongroom.db'), { timeout: 10_000 });
    this.#db.exec('PRAGMA synchronous = OFF');
  }

  read(tables: readonly TableName[]): readonly StoredRecord[] {
    return tables.flatMap((table) =>
      this.#rows(table).map(({ pk, sk, body }) => ({ table, pk, sk, fields: JSON.parse(body) })),
    );
  }

  write({ table, pk, sk, fields }: StoredRecord): void {
    const sql = `UPDATE "${table}" SET body = ? WHERE pk = ? AND sk = ?`;
    const { changes } = this.#db.prepare(sql).run(JSON.stringify(fields), pk, sk);
    if (changes !== 1) throw new Error(`record not found: ${pk} ${sk} in ${table}`);
  }

  /** Copies the tables. @returns a function that restores the copy */
  snapshot(tables: readonly TableName[]): () => void {
    const kept = tables.map((table) => [table, this.#rows(table)] as const);
    return () => {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const [table, rows] of kept) {
        this.#db.exec(`DELETE FROM "${table}"`);
        const insert = this.#db.prepare(`INSERT INTO "${table}" (pk, sk, body, ttl) VALUES (?, ?, ?, ?)`);
        for (const { pk, sk, body, ttl } of rows) insert.run(pk, sk, body, ttl);
      }
      this.#db.exec('COMMIT');
    };
  }

  close(): void {
    this.#db.close();
  }

  #rows(table: TableName): readonly Row[] {
    return this.#db.prepare(`SELECT pk, sk, body, ttl FROM "${table}" ORDER BY pk, sk`).all() as Row[];
  }
}

/** Yields other values for a field: of its own type, of other types, and none. */
export function* alterations(value: unknown): Generator<readonly [what: string, value: unknown]> {
  const bytes = (value as { $bytes?: string } | null)?.$bytes;
  if (bytes !== undefined) {
    const whole = Buffer.from(bytes, 'base64');
    const flipped = (at: number) =>
      Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte))).toString('base64');
    yield ['its first byte', { $bytes: flipped(0) }];
    yield ['a byte in the middle', { $bytes: flipped(whole.length >> 1) }];
    yield ['its last byte', { $bytes: flipped(whole.length - 1) }];
    yield ['cut', { $bytes: whole.subarray(0, -1).toString('base64') }];
    yield ['lengthened', { $bytes: Buffer.concat([whole, Buffer.alloc(1)]).toString('base64') }];
    yield ['emptied', { $bytes: '' }];
  } else if (typeof value === 'number') {
    for (const other of [value + 1, value - 1, value + 0.5, 2 ** 53]) yield [`as ${other}`, other];
  } else if (typeof value === 'string') {
    const time = /^\d{4}-\d\d-\d\dT/.test(value);
    yield ['as another', time ? '2091-01-01T00:00:00.000Z' : `${value}x`];
    yield ['emptied', ''];
    yield ['as one of another record', '00000000-0000-4000-8000-000000000000'];
  } else if (value === null) {
    yield ['as a time', '2091-01-01T00:00:00.000Z'];
    yield ['as bytes', { $bytes: 'AAAA' }];
  } else if (typeof value === 'object') {
    for (const [name, part] of Object.entries(value as object)) {
      for (const [what, other] of alterations(part)) yield [`${name} ${what}`, { ...value, [name]: other }];
    }
  }
  yield ['as a number', 7];
  yield ['as a text', 'text'];
  yield ['as a list', []];
  yield ['as null', null];
  yield ['left out', undefined];
}
