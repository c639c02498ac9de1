import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { mintAccessKey, parseAccessKey } from '../../crypto/server/access-key.ts';
import { ensureAdministratorKey } from '../../lambdas/jobs/ensure-administrator-key.ts';
import { findCaller } from '../../lambdas/stores/credentials.ts';
import { DynamoTable } from '../../platform/aws/dynamo-table.ts';
import { StoredSecret } from '../../platform/aws/stored-secret.ts';
import { call } from '../api/target.ts';
import { deployed, outputs } from './deployed.ts';

// Endpoint, region and credentials come from the environment: AWS_ENDPOINT_URL and others.
const secrets = new SecretsManagerClient();
const dynamo = new DynamoDBClient();
const cleanUps: (() => Promise<unknown>)[] = [];

async function newSecret(): Promise<string> {
  const { ARN: id = '' } = await secrets.send(new CreateSecretCommand({ Name: `test-${randomUUID()}` }));
  cleanUps.push(() =>
    secrets.send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true })),
  );
  return id;
}

async function newTable(): Promise<DynamoTable> {
  const TableName = `test-${randomUUID()}`;
  const keys = ['pk', 'sk'];
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  cleanUps.push(() => dynamo.send(new DeleteTableCommand({ TableName })));
  return new DynamoTable(dynamo, () => TableName);
}

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  secrets.destroy();
  dynamo.destroy();
});

describe('a secret that is set once', () => {
  test('is empty at first, and keeps the first value', async () => {
    const secret = new StoredSecret(secrets, await newSecret());
    expect(await secret.read()).toBeUndefined();
    expect(await secret.readOrCreate(() => 'first')).toBe('first');
    expect(await secret.readOrCreate(() => 'second')).toBe('first');
  });

  test('has one value after ten concurrent attempts to set it', async ({ skip }) => {
    if (deployed.cannotPass.has('secretVersionOnce')) skip('see test/cloud/unsupported.ts');
    const id = await newSecret();
    const values = await Promise.all(
      Array.from({ length: 10 }, (_, at) => new StoredSecret(secrets, id).readOrCreate(() => `value ${at}`)),
    );
    expect(new Set(values).size).toBe(1);
    expect(await new StoredSecret(secrets, id).read()).toBe(values[0]);
  });

  test('fails if the secret does not exist', async () => {
    await expect(new StoredSecret(secrets, 'absent').readOrCreate(() => 'lost')).rejects.toThrow();
  });
});

describe('the key of a new installation', () => {
  let table: DynamoTable;
  let secretId: string;
  let secret: StoredSecret;
  beforeEach(async () => {
    [table, secretId] = await Promise.all([newTable(), newSecret()]);
    secret = new StoredSecret(secrets, secretId);
  });

  const holder = async () => {
    const key = parseAccessKey((await secret.read()) ?? '');
    return key && (await findCaller(table, key))?.kind;
  };

  test('is stored in the secret, and is the administrator’s', async () => {
    await ensureAdministratorKey(table, secret, new Date());
    expect(await holder()).toBe('administrator');
  });

  test('stays the same when it is created again', async () => {
    await ensureAdministratorKey(table, secret, new Date());
    const first = await secret.read();
    await ensureAdministratorKey(table, secret, new Date());
    expect(await secret.read()).toBe(first);
    expect(await holder()).toBe('administrator');
  });

  test('is the key of an earlier attempt that stopped half way', async () => {
    const { text } = mintAccessKey('sradm');
    await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: text }));
    await ensureAdministratorKey(table, secret, new Date());
    expect(await secret.read()).toBe(text);
    expect(await holder()).toBe('administrator');
  });

  test('is not replaced by the key of another secret', async () => {
    await ensureAdministratorKey(table, secret, new Date());
    const other = new StoredSecret(secrets, await newSecret());
    await expect(ensureAdministratorKey(table, other, new Date())).rejects.toThrow(
      'another administrator key than the secret',
    );
    expect(await holder()).toBe('administrator');
  });

  test('is never a user’s key that someone put into the secret', async () => {
    const { text } = mintAccessKey('pyapi');
    await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: text }));
    await expect(ensureAdministratorKey(table, secret, new Date())).rejects.toThrow(
      'does not hold an administrator key',
    );
  });
});

describe('the key of the deployment', () => {
  const { administratorKey } = deployed;

  test('is accepted by the API', async () => {
    expect(parseAccessKey(administratorKey)?.prefix).toBe('sradm');
    const headers = { 'x-api-key': administratorKey };
    expect((await call(deployed, 'GET', '/api/v1/audit', { headers })).status).toBe(200);
  });

  test('is in no output of the stack and in no log', async () => {
    const secretHalf = administratorKey.split('_')[2] ?? '';
    expect(secretHalf).toHaveLength(64);
    expect(JSON.stringify(outputs)).not.toContain(secretHalf);
    const log = await readFile(String(process.env.CLOUD_TEST_LOG), 'utf8');
    expect(log.length).toBeGreaterThan(0);
    expect(log).not.toContain(secretHalf);
  });
});
