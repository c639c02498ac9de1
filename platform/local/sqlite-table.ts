import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type TableName, tables } from '../../contract/resources.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { sortKeyRange } from '../sort-key-range.ts';
import type { Increment, Item, Key, Page, Query, Table, Write } from '../table.ts';
import { checkIncrement, checkKey, checkQuery, checkTransaction } from '../table-rules.ts';
import { GroupCommit } from './group-commit.ts';
import { fromJson, toJson } from './item-json.ts';
import { type Change, planIncrement, planTransaction } from './plan-transaction.ts';
import { noDisk, WalSync } from './wal-sync.ts';

/** Incremented with every change of the layout below that an older program cannot read. */
const layoutVersion = 1;

const sweepBatch = 500;

type Row = { readonly pk: string; readonly sk: string; readonly body: string };

const epochSeconds = () => Date.now() / 1000;

/**
 * `Table` on one SQLite file: a SQL table for each of our tables, an index on the body for each of their indexes. An
 * acknowledged write is on the disk: it survives `kill -9` and a loss of power.
 */
export class SqliteTable implements Table {
  readonly #db: DatabaseSync;
  readonly #wal: WalSync | undefined;
  readonly #commits: GroupCommit;
  readonly #statements = new Map<string, StatementSync>();

  /** @param path of the database file, created with mode 0600 if it does not exist; `:memory:` stores nothing */
  constructor(path: string) {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    this.#db = new DatabaseSync(path, { timeout: 5_000 });
    try {
      // WalSync syncs commits before they are acknowledged.
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA fullfsync = ON');
      this.#createLayout();
      this.#wal = path === ':memory:' ? undefined : new WalSync(path);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#commits = new GroupCommit(this.#db, (change) => this.#apply(change), this.#wal ?? noDisk);
  }

  async get(table: TableName, key: Key): Promise<Item | undefined> {
    checkKey(key);
    return this.#read(table, key, epochSeconds());
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    const after = decodeCursor(query);
    const range = sortKeyRange(query);
    if (!range) return { items: [] };

    const partition = query.index === undefined ? 'pk' : indexed(query.index);
    const [past, order] = query.descending ? ['<', 'DESC'] : ['>', 'ASC'];
    const conditions: [sql: string, ...values: SQLInputValue[]][] = [
      [`${partition} = ?`, query.pk],
      ['(ttl IS NULL OR ttl > ?)', epochSeconds()],
    ];
    if (range.lower !== undefined) conditions.push(['sk >= ?', range.lower]);
    if (range.upper !== undefined) conditions.push(['sk <= ?', range.upper]);
    if (range.end !== undefined) conditions.push(['sk < ?', range.end]);
    if (after) conditions.push([`(sk, pk) ${past} (?, ?)`, after.sk, after.pk]);

    const where = conditions.map(([sql]) => sql).join(' AND ');
    const values = conditions.flatMap(([, ...values]) => values);
    const rows = this.#prepare(
      `SELECT pk, sk, body FROM "${query.table}" WHERE ${where} ORDER BY sk ${order}, pk ${order} LIMIT ?`,
    ).all(...values, query.limit + 1) as Row[];

    const items = rows.slice(0, query.limit).map(toItem);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, cursor: encodeCursor(query, last) } : { items };
  }

  async transact(writes: readonly Write[]): Promise<void> {
    checkTransaction(writes);
    await this.#commits.add(() => {
      const now = epochSeconds();
      return {
        changes: planTransaction(writes, (table, key) => this.#read(table, key, now)),
        value: undefined,
      };
    });
  }

  async increment(increment: Increment): Promise<number | undefined> {
    checkIncrement(increment);
    return this.#commits.add(() => {
      const now = epochSeconds();
      const plan = planIncrement(increment, (table, key) => this.#read(table, key, now));
      return { changes: plan ? [plan.change] : [], value: plan?.value };
    }, 'committed');
  }

  async ping(): Promise<void> {
    this.#prepare('SELECT count(*) FROM sqlite_schema').get();
  }

  /** Removes expired items, in small batches so that requests are not delayed. Returns how many. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const table of Object.keys(tables)) {
      const sweep = this.#prepare(
        `DELETE FROM "${table}" WHERE (pk, sk) IN (SELECT pk, sk FROM "${table}" WHERE ttl <= ? LIMIT ${sweepBatch})`,
      );
      let batch = sweepBatch;
      while (batch === sweepBatch && this.#db.isOpen) {
        batch = Number(sweep.run(epochSeconds()).changes);
        removed += batch;
        await nextTurn();
      }
    }
    return removed;
  }

  /** Commits the waiting transactions, then closes the file. */
  close(): void {
    if (!this.#db.isOpen) return;
    this.#commits.close();
    this.#wal?.close();
    this.#db.close();
  }

  #read(table: TableName, { pk, sk }: Key, now: number): Item | undefined {
    const sql = `SELECT pk, sk, body FROM "${table}" WHERE pk = ? AND sk = ? AND (ttl IS NULL OR ttl > ?)`;
    const row = this.#prepare(sql).get(pk, sk, now) as Row | undefined;
    return row && toItem(row);
  }

  #apply({ table, key, item }: Change): void {
    if (!item) {
      this.#prepare(`DELETE FROM "${table}" WHERE pk = ? AND sk = ?`).run(key.pk, key.sk);
      return;
    }
    const { pk, sk, ...attributes } = item;
    const sql = `INSERT OR REPLACE INTO "${table}" (pk, sk, body, ttl) VALUES (?, ?, ?, ?)`;
    this.#prepare(sql).run(pk, sk, toJson(attributes), item.ttl ?? null);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #createLayout(): void {
    const { user_version: found } = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (found > layoutVersion) {
      throw new Error(
        `the database has layout ${found}; this version of Strongroom supports layouts up to ${layoutVersion}`,
      );
    }
    this.#db.exec('BEGIN IMMEDIATE');
    for (const [table, { indexes }] of Object.entries(tables)) {
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS "${table}" (
           pk TEXT NOT NULL, sk TEXT NOT NULL, body TEXT NOT NULL, ttl REAL, PRIMARY KEY (pk, sk)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX IF NOT EXISTS "${table}/ttl" ON "${table}" (ttl) WHERE ttl IS NOT NULL`,
      );
      for (const index of indexes) {
        this.#db.exec(
          `CREATE INDEX IF NOT EXISTS "${table}/${index}" ON "${table}" (${indexed(index)}, sk, pk)`,
        );
      }
    }
    this.#db.exec(`PRAGMA user_version = ${layoutVersion}; COMMIT`);
  }
}

/** Indexes read the attribute from the body, so an index that is added later covers existing items. */
const indexed = (attribute: string) => `json_extract(body, '$.${attribute}')`;

function toItem({ pk, sk, body }: Row): Item {
  return { ...fromJson(body), pk, sk };
}
