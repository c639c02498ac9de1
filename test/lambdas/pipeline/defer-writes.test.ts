import { randomUUID } from 'node:crypto';
import type { Context as LambdaContext } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messages } from '../../../contract/messages.ts';
import { recovery } from '../../../contract/recovery.ts';
import { mintAccessKey } from '../../../crypto/server/access-key.ts';
import { ApiError } from '../../../lambdas/pipeline/api-error.ts';
import { fingerprint } from '../../../lambdas/pipeline/authenticate.ts';
import { deferWrites } from '../../../lambdas/pipeline/defer-writes.ts';
import { endpoint } from '../../../lambdas/pipeline/endpoint.ts';
import { rememberCaller } from '../../../lambdas/pipeline/known-callers.ts';
import type { Operation } from '../../../lambdas/pipeline/operation.ts';
import { addUserKey } from '../../../lambdas/stores/credentials.ts';
import { addUser } from '../../../lambdas/stores/users.ts';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { type Platform, usePlatform } from '../../../platform/platform.ts';
import { proxyEvent } from '../../support/invoke.ts';

/** Every method of every port, and one that no table lists. */
const methods = {
  table: ['get', 'query', 'transact', 'increment', 'ping'],
  objects: [
    ...['put', 'get', 'delete', 'list', 'createUpload', 'signPart', 'listParts'],
    ...['completeUpload', 'abortUpload', 'signGet', 'ping', 'unlisted'],
  ],
  keys: ['sign', 'publicKeys', 'generateDataKey', 'openDataKey', 'ping'],
  sandboxes: ['lease', 'reattach', 'ping'],
  builder: ['check', 'request', 'outcome', 'source'],
  generator: ['complete'],
  background: ['begin', 'constructor'],
  poolTasks: ['fetchKey', 'list', 'start', 'stop'],
  administratorSecret: ['readOrCreate'],
};

/** A platform that records the names of called methods. */
function notingPlatform(called: string[]): Platform {
  const port = (name: string, of: readonly string[]) =>
    Object.fromEntries(of.map((method) => [method, async () => called.push(`${name}.${method}`)]));
  return Object.fromEntries(
    Object.entries(methods).map(([name, of]) => [name, port(name, of)]),
  ) as unknown as Platform;
}

async function callAll(platform: Platform): Promise<PromiseSettledResult<unknown>[]> {
  const ports = platform as unknown as Record<string, Record<string, () => Promise<unknown>>>;
  return Promise.allSettled(
    Object.entries(methods).flatMap(([name, of]) => of.map((method) => ports[name]?.[method]?.())),
  );
}

const reads = [
  ...['table.get', 'table.query', 'table.ping'],
  ...['objects.list', 'objects.signPart', 'objects.listParts', 'objects.signGet', 'objects.ping'],
  ...['keys.sign', 'keys.publicKeys', 'keys.generateDataKey', 'keys.openDataKey', 'keys.ping'],
  ...['sandboxes.ping', 'builder.outcome', 'builder.source'],
];

describe('ports of a handler that runs alongside admission', () => {
  test('reads start immediately, and everything else once the caller is admitted', async () => {
    const called: string[] = [];
    const { promise: admitted, resolve: admit } = Promise.withResolvers<void>();
    const all = callAll(deferWrites(notingPlatform(called), () => admitted));
    await new Promise(setImmediate);
    expect(called).toEqual(reads);
    admit();
    expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(called).toHaveLength(Object.values(methods).flat().length);
  });

  test('everything but reads rejects with the refusal, and is never called', async () => {
    const called: string[] = [];
    const refusal = new ApiError('RATE_LIMITED');
    const deferred = deferWrites(notingPlatform(called), async () => {
      throw refusal;
    });
    const rejected = (await callAll(deferred)).filter((outcome) => outcome.status === 'rejected');
    expect(rejected.every(({ reason }) => reason === refusal)).toBe(true);
    expect(rejected).toHaveLength(Object.values(methods).flat().length - reads.length);
    expect(called).toEqual(reads);
  });
});

describe('a handler that does not wait for admission', () => {
  let table: SqliteTable;
  beforeEach(() => {
    process.env.STRONGROOM_API_RATE_LIMIT = '1/3600';
    table = new SqliteTable(':memory:');
    usePlatform({ ...notingPlatform([]), table });
  });
  afterEach(() => {
    delete process.env.STRONGROOM_API_RATE_LIMIT;
    table.close();
  });

  const item = () => ({ table: 'messages', put: { pk: 'careless', sk: randomUUID() } }) as const;
  const result = {
    status: 200,
    body: { success: true, data: { encryptedContent: '', remaining: null } },
  } as const;
  const audit = { resource: 'messages/x' };
  const careless: Readonly<Record<string, Operation<typeof messages.open>>> = {
    'writes to a port': async (_, { platform }) => {
      await platform.table.transact([item()]);
      return { ...result, audit };
    },
    'commits early': async (_, { commit }) => {
      await commit({ writes: [item()], audit });
      return result;
    },
  };

  test.each(Object.entries(careless))(
    'that %s changes nothing for a refused caller',
    async (_, operation) => {
      const handler = endpoint(messages.open, operation);
      const statuses: number[] = [];
      const stored: number[] = [];
      for (let request = 0; request < 2; request++) {
        const event = proxyEvent(messages.open, { params: { id: randomUUID() }, body: {} });
        statuses.push((await handler(event, { awsRequestId: 'x' } as LambdaContext)).statusCode);
        stored.push((await table.query({ table: 'messages', pk: 'careless', limit: 9 })).items.length);
      }
      expect(statuses).toEqual([200, 429]);
      expect(stored).toEqual([1, 1]);
    },
  );

  test('changes nothing for a caller who is another one than predicted', async () => {
    const now = new Date();
    const key = mintAccessKey('pyapi');
    const user = { userId: randomUUID(), orgId: randomUUID(), email: null, role: 'member' } as const;
    const headers = { 'x-api-key': key.text };
    await table.transact([
      addUser({ ...user, createdAt: now.toISOString(), passwordVersion: 1, apiKeyId: key.keyId }),
      addUserKey(key, user, now),
    ]);
    const credential = { kind: 'apiKey', id: key.keyId } as const;
    rememberCaller(fingerprint(key.text), { kind: 'user', ...user, role: 'admin', credential });

    const roles: string[] = [];
    const handler = endpoint(recovery.vetoRestore, async (_, { caller, platform }) => {
      roles.push(caller.role);
      await platform.table.transact([{ table: 'recovery', put: { pk: 'careless', sk: caller.role } }]);
      return { status: 200, body: { vetoed: true } };
    });
    const event = proxyEvent(recovery.vetoRestore, { headers });
    expect((await handler(event, { awsRequestId: 'x' } as LambdaContext)).statusCode).toBe(200);
    expect(roles).toEqual(['admin', 'member']);
    const { items } = await table.query({ table: 'recovery', pk: 'careless', limit: 9 });
    expect(items.map(({ sk }) => sk)).toEqual(['member']);
  });
});
