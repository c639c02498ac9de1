import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tables } from '../../../contract/resources.ts';
import { DynamoTable } from '../../../platform/aws/dynamo-table.ts';
import { tableSuite } from '../table.suite.ts';

/*
 * Dynoxide is an independent implementation of DynamoDB's API. Where it differs from the documentation of AWS, the
 * adapter follows AWS.
 */
const binary = new URL(import.meta.resolve('@dynoxide/linux-x64/dynoxide')).pathname;

let server: ChildProcess;
let endpoint: string;
let client: DynamoDBClient;
const tableName = (table: string) => `test-${table}`;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

beforeAll(async () => {
  const port = await freePort();
  server = spawn(binary, ['serve', '--host', '127.0.0.1', '--port', `${port}`], { stdio: 'ignore' });
  endpoint = `http://127.0.0.1:${port}`;
  for (let isUp = false; !isUp; ) {
    if (server.exitCode !== null) throw new Error(`dynoxide exited with ${server.exitCode}`);
    isUp = await fetch(endpoint).then(
      () => true,
      () => delay(20, false),
    );
  }
  client = newClient(endpoint);
  await Promise.all(Object.entries(tables).map(([table, { indexes }]) => createTable(table, indexes)));
});

afterAll(async () => {
  client?.destroy();
  if (server?.exitCode !== null) return;
  server.kill();
  await once(server, 'exit');
});

function newClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
}

async function createTable(table: string, indexes: readonly string[]): Promise<void> {
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
  const range = { AttributeName: 'sk', KeyType: 'RANGE' as const };
  await client.send(
    new CreateTableCommand({
      TableName: tableName(table),
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [hash('pk'), range],
      AttributeDefinitions: ['pk', 'sk', ...indexes].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((IndexName) => ({
          IndexName,
          KeySchema: [hash(IndexName), range],
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    }),
  );
}

tableSuite('DynamoDB', async () => new DynamoTable(client, tableName));

describe('contention', () => {
  const key = { pk: 'contended', sk: 's' };
  const conflict = {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  };

  /**
   * Runs `use` with a table whose server sends each of these errors once before it forwards to dynoxide, which never
   * conflicts.
   */
  async function disturbed<T>(errors: object[], use: (table: DynamoTable) => Promise<T>): Promise<T> {
    const proxy = createHttpServer(async (request, response) => {
      const error = errors.shift();
      if (error) {
        response.writeHead(400).end(JSON.stringify(error));
        return;
      }
      const { host, connection, 'content-length': length, ...headers } = request.headers;
      const body = await buffer(request);
      const forwarded = await fetch(endpoint, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body,
      });
      response.writeHead(forwarded.status).end(await forwarded.text());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const disturbedClient = newClient(`http://127.0.0.1:${port}`);
    try {
      return await use(new DynamoTable(disturbedClient, tableName));
    } finally {
      disturbedClient.destroy();
      proxy.close();
      proxy.closeAllConnections();
    }
  }

  test('between transactions is retried', async () => {
    const errors = [conflict, conflict, conflict];
    await disturbed(errors, (table) =>
      table.transact([
        { table: 'users', put: { ...key, written: 1 } },
        { table: 'orgs', put: key },
      ]),
    );
    expect(errors).toEqual([]);
    expect(await new DynamoTable(client, tableName).get('users', key)).toEqual({ ...key, written: 1 });
  });

  test('between a single write and a transaction is retried', async () => {
    const single = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException' };
    const counter = { ...key, sk: 'counter' };
    const errors = [single];
    const value = await disturbed(errors, (table) =>
      table.increment({ table: 'counters', key: counter, field: 'n' }),
    );
    expect([value, errors]).toEqual([1, []]);
  });

  test('together with a failed condition counts as a failed condition', async () => {
    const both = {
      ...conflict,
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed' }],
    };
    const transaction = disturbed([both], (table) =>
      table.transact([
        { table: 'users', put: key },
        { table: 'orgs', put: key, if: ['absent'] },
      ]),
    );
    await expect(transaction).rejects.toMatchObject({ name: 'ConditionFailed', index: 1 });
  });

  test('does not hide an error of another kind', async () => {
    const invalid = {
      ...conflict,
      CancellationReasons: [{ Code: 'ValidationError' }, { Code: 'TransactionConflict' }],
    };
    const transaction = disturbed([invalid], (table) =>
      table.transact([
        { table: 'users', put: key },
        { table: 'orgs', put: key },
      ]),
    );
    await expect(transaction).rejects.toThrow(TransactionCanceledException);
  });
});

test('a ping fails if the server does not respond', async () => {
  const unreachable = newClient(`http://127.0.0.1:${await freePort()}`);
  await expect(new DynamoTable(unreachable, tableName).ping()).rejects.toThrow();
});
