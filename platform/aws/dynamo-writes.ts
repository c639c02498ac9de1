import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableName } from '../../contract/resources.ts';
import { ConditionFailed, type Item, type Write } from '../table.ts';
import { fromItem, toAttributeValues } from './attribute-value.ts';
import { conditionExpression, Expression, updateExpression } from './expression.ts';

export type Connection = {
  readonly client: DynamoDBClient;
  readonly tableName: (table: TableName) => string;
};

const withItemOnFailure = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** Returns a write as a member of `TransactWriteItems`. Put, Update and Delete also serve as single requests. */
function toTransactItem(write: Write, { tableName }: Connection, now: number): TransactWriteItem {
  const expression = new Expression();
  const TableName = tableName(write.table);
  const conditions = 'update' in write ? ['present' as const, ...(write.if ?? [])] : (write.if ?? []);
  const UpdateExpression = 'update' in write ? updateExpression(expression, write) : '';
  const ConditionExpression = conditionExpression(expression, conditions, now);
  const rest = { TableName, ConditionExpression, ...expression.placeholders, ...withItemOnFailure };
  if ('put' in write) return { Put: { ...rest, Item: toAttributeValues(write.put) } };
  if ('update' in write) return { Update: { ...rest, Key: toKey(write.update), UpdateExpression } };
  if ('delete' in write) return { Delete: { ...rest, Key: toKey(write.delete) } };
  return { ConditionCheck: { ...rest, Key: toKey(write.check), ConditionExpression } };
}

export function toKey({ pk, sk }: { readonly pk: string; readonly sk: string }) {
  return { pk: { S: pk }, sk: { S: sk } };
}

/**
 * Writes one item without a transaction, which costs half of a transaction with one item. It has no token, though: if
 * the response is lost, the SDK's retry meets the item that it wrote itself, and a condition such as `absent` fails. In
 * a transaction the SDK sends a `ClientRequestToken`, so that a retry gets the first response.
 *
 * @throws ConditionFailed, TransactionConflictException
 */
export async function writeOne(write: Write, connection: Connection): Promise<void> {
  const { client } = connection;
  const now = Date.now() / 1000;
  const { Put, Update, Delete } = toTransactItem(write, connection, now);
  try {
    if (Put) await client.send(new PutItemCommand(Put));
    else if (Update) await client.send(new UpdateItemCommand(Update));
    else if (Delete) await client.send(new DeleteItemCommand(Delete));
    else await writeAll([write], connection);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    throw new ConditionFailed(0, liveItem(error.Item, now));
  }
}

/** @throws ConditionFailed, TransactionCanceledException */
export async function writeAll(writes: readonly Write[], connection: Connection): Promise<void> {
  const now = Date.now() / 1000;
  const TransactItems = writes.map((write) => toTransactItem(write, connection, now));
  try {
    await connection.client.send(new TransactWriteItemsCommand({ TransactItems }));
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = error.CancellationReasons ?? [];
    const index = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (index === -1) throw error;
    throw new ConditionFailed(index, liveItem(reasons[index]?.Item, now));
  }
}

/** Returns the item that a failed condition met, unless it had expired at the time that the condition named. */
export function liveItem(
  attributes: Record<string, AttributeValue> | undefined,
  now: number,
): Item | undefined {
  if (!attributes?.pk) return undefined;
  const item = fromItem(attributes);
  return item.ttl === undefined || item.ttl > now ? item : undefined;
}

const transientCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Whether another transaction touched the same item, or the table was too busy. Nothing was written; retry. */
export function isContention(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).flatMap(({ Code }) =>
    Code && Code !== 'None' ? Code : [],
  );
  return codes.length > 0 && codes.every((code) => transientCodes.has(code));
}
