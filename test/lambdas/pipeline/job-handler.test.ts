import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../contract/define-job.ts';
import { jobs } from '../../../contract/jobs.ts';
import { operationFile } from '../../../contract/operation-file.ts';
import { jobHandler } from '../../../lambdas/pipeline/job-handler.ts';
import { AccessDenied } from '../../../lambdas/pipeline/restrict.ts';
import { VaultHandlers } from '../../support/vault-handlers.ts';

let handlers: VaultHandlers;
beforeAll(() => {
  handlers = new VaultHandlers();
});
afterAll(() => handlers.close());

const job = defineJob({
  operationId: 'jobs.test',
  summary: 'Tests access',
  on: ['operation'],
  payload: z.strictObject({ prefix: z.string() }),
  access: {
    tables: { messages: ['get'] },
    objects: { prefixes: ['messages/'], actions: ['list', 'delete'] },
  },
  timeoutSeconds: 1,
});

test.each(jobs.filter(({ every }) => every?.local).map(({ operationId }) => [operationId]))(
  '%s needs no more access on one machine than its record declares',
  async (operationId) => {
    const { handler } = await import(`../../../lambdas/${operationFile(operationId)}`);
    await handlers.platform.objects.put('messages/orphan', Buffer.of(1));
    await expect(handler()).resolves.toBeUndefined();
  },
);

test('grants a job the declared actions, under the declared prefixes', async () => {
  const run = jobHandler(job, async ({ prefix }, { platform: { objects, table } }) => {
    await table.get('messages', { pk: 'absent', sk: 'content' });
    await objects.delete(`${prefix}absent`);
    return (await objects.list({ prefix, limit: 10 })).objects.length;
  });
  expect(await run({ prefix: 'messages/' })).toBe(1);
  await expect(run({ prefix: 'vault/' })).rejects.toThrow(AccessDenied);
});

test.each([
  ['query a table that it may get', 'query in table messages'],
  ['put an item', 'put in table messages'],
  ['read another table', 'get in table users'],
  ['read an object', 'objects.get'],
  ['write an object', 'objects.put'],
  ['list all objects', 'objects.list'],
  ['use tasks of the pool', 'tasks of the sandbox pool'],
  ['use the administrator’s secret', 'the secret of the administrator key'],
])('does not let a job %s', async (_, denied) => {
  const key = { pk: 'a', sk: 'b' };
  const run = jobHandler(job, async (_, { platform }) => {
    const { table, objects, poolTasks, administratorSecret } = platform;
    const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
      'query in table messages': () => table.query({ table: 'messages', pk: 'a', limit: 1 }),
      'put in table messages': () => table.transact([{ table: 'messages', put: key }]),
      'get in table users': () => table.get('users', key),
      'objects.get': () => objects.get('messages/a'),
      'objects.put': () => objects.put('messages/a', Buffer.of(1)),
      'objects.list': () => objects.list({ prefix: '', limit: 1 }),
      'tasks of the sandbox pool': () => poolTasks.list([]),
      'the secret of the administrator key': () => administratorSecret.readOrCreate(() => 'key'),
    };
    await attempts[denied]?.();
  });
  await expect(run({ prefix: '' })).rejects.toThrow(`the record does not declare access to ${denied}`);
});

test('rejects an invalid payload', async () => {
  const run = jobHandler(job, async () => 'ran');
  await expect(run({})).rejects.toThrow(z.ZodError);
  await expect(run({ prefix: '', other: 1 })).rejects.toThrow(z.ZodError);
});
