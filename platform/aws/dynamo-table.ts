import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableName } from '../../contract/resources.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { inRange, type SortKeyRange, sortKeyRange } from '../sort-key-range.ts';
import {
  ConditionFailed,
  type Increment,
  type Item,
  type Key,
  type Page,
  type Query,
  type Table,
  type Write,
} from '../table.ts';
import { checkIncrement, checkKey, checkQuery, checkTransaction } from '../table-rules.ts';
import { tableVariable } from '../variables.ts';
import { fromItem } from './attribute-value.ts';
import { type Connection, isContention, liveItem, toKey, writeAll, writeOne } from './dynamo-writes.ts';
import { requireEnv, timeouts } from './environment.ts';
import { counterBelow, Expression, unexpired } from './expression.ts';
import { withRetry } from './retry.ts';

/** Items to read in one request when a page has to skip expired ones. */
const readAhead = 100;

/**
 * `Table` on DynamoDB. Each of our tables is a DynamoDB table with the string keys `pk` and `sk`. Each of its indexes
 * is a global secondary index of the same name on that attribute and `sk`, with all attributes projected.
 */
export class DynamoTable implements Table {
  readonly #connection: Connection;

  /** @param tableName returns the deployed name of a table */
  constructor(client: DynamoDBClient, tableName: (table: TableName) => string) {
    this.#connection = { client, tableName };
  }

  async get(table: TableName, key: Key): Promise<Item | undefined> {
    checkKey(key);
    const now = Date.now() / 1000;
    const { client, tableName } = this.#connection;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName(table), Key: toKey(key), ConsistentRead: true }),
    );
    return liveItem(Item, now);
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    const { client, tableName } = this.#connection;
    const after = decodeCursor(query);
    const range = sortKeyRange(query);
    if (!range) return { items: [] };

    const expression = new Expression();
    const request = {
      TableName: tableName(query.table),
      IndexName: query.index,
      ConsistentRead: query.index === undefined,
      ScanIndexForward: !query.descending,
      KeyConditionExpression: keyCondition(expression, query, range),
      FilterExpression: unexpired(expression, Date.now() / 1000),
      ...expression.placeholders,
    };
    const items: Item[] = [];
    let start = after && { ...toKey(after), ...(query.index && { [query.index]: { S: query.pk } }) };
    // One item more than requested tells whether there is another page.
    let limit = query.limit + 1;
    do {
      const page = await client.send(
        new QueryCommand({ ...request, Limit: limit, ExclusiveStartKey: start }),
      );
      items.push(...(page.Items ?? []).map(fromItem).filter(({ sk }) => inRange(sk, range)));
      start = page.LastEvaluatedKey as typeof start;
      limit = Math.max(query.limit + 1 - items.length, readAhead);
    } while (start && items.length <= query.limit);

    const found = items.slice(0, query.limit);
    const last = found.at(-1);
    return items.length > query.limit && last
      ? { items: found, cursor: encodeCursor(query, last) }
      : { items: found };
  }

  async transact(writes: readonly Write[]): Promise<void> {
    checkTransaction(writes);
    const [write, ...more] = writes as [Write, ...Write[]];
    await withRetry(isContention, () =>
      more.length === 0 ? writeOne(write, this.#connection) : writeAll(writes, this.#connection),
    );
  }

  async increment(increment: Increment): Promise<number | undefined> {
    checkIncrement(increment);
    const isConflict = (error: unknown) => error instanceof ConditionFailed || isContention(error);
    return withRetry(isConflict, () => this.#increment(increment));
  }

  /** Reads an item: `DescribeTable` would need a permission that the function has no other use for. */
  async ping(): Promise<void> {
    await this.get('counters', { pk: 'ping', sk: 'ping' });
  }

  /**
   * Takes one request if the counter is live or does not exist. Otherwise takes two: the second replaces an item that
   * has expired but is not deleted yet, or counts in an item without `ttl`, which stays without one.
   *
   * @throws ConditionFailed if another caller replaced the expired item first
   */
  async #increment(increment: Increment): Promise<number | undefined> {
    const { table, key, field, by = 1, below, ttl } = increment;
    const now = Date.now() / 1000;
    try {
      return await this.#add(increment, now);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const item = liveItem(error.Item, now);
      const value = item?.[field] ?? 0;
      if (typeof value !== 'number') throw new TypeError(`attribute ${field} is not a number`);
      if (below !== undefined && value >= below) return undefined;
      if (item) return this.#increment({ ...increment, ttl: undefined });
      const created = { ...key, [field]: by, ...(ttl !== undefined && { ttl }) } as Item;
      await writeOne({ table, put: created, if: ['absent'] }, this.#connection);
      return by;
    }
  }

  async #add({ table, key, field, by = 1, below, ttl }: Increment, now: number): Promise<number> {
    const { client, tableName } = this.#connection;
    const expression = new Expression();
    const ttlName = expression.name('ttl');
    const live = ttl === undefined ? unexpired(expression, now) : `${ttlName} > ${expression.value(now)}`;
    const conditions = [`attribute_not_exists(${expression.name('pk')}) OR ${live}`];
    if (below !== undefined) conditions.push(counterBelow(expression, field, below, now));
    const set =
      ttl === undefined ? '' : `SET ${ttlName} = if_not_exists(${ttlName}, ${expression.value(ttl)}) `;
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: tableName(table),
        Key: toKey(key),
        UpdateExpression: `${set}ADD ${expression.name(field)} ${expression.value(by)}`,
        ConditionExpression: conditions.map((condition) => `(${condition})`).join(' AND '),
        ...expression.placeholders,
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return Number(Attributes?.[field]?.N);
  }
}

/** DynamoDB supports closed ranges only: the caller drops the item at an open end. */
function keyCondition(
  expression: Expression,
  { index, pk }: Query,
  { lower, upper, end }: SortKeyRange,
): string {
  const partition = `${expression.name(index ?? 'pk')} = ${expression.value(pk)}`;
  const last = upper ?? end;
  if (lower === undefined && last === undefined) return partition;
  const sk = expression.name('sk');
  if (lower !== undefined && last !== undefined) {
    return `${partition} AND ${sk} BETWEEN ${expression.value(lower)} AND ${expression.value(last)}`;
  }
  if (lower !== undefined) return `${partition} AND ${sk} >= ${expression.value(lower)}`;
  return `${partition} AND ${sk} <= ${expression.value(last as string)}`;
}

/**
 * Returns the tables of a function on AWS. Its environment holds the deployed name of each table that it may access;
 * see `tableVariable`.
 */
export function dynamoTable(env: NodeJS.ProcessEnv): DynamoTable {
  return new DynamoTable(new DynamoDBClient({ requestHandler: timeouts }), (table) =>
    requireEnv(env, tableVariable(table)),
  );
}
