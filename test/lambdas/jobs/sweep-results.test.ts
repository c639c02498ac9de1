import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { sweepResults } from '../../../lambdas/jobs/sweep-results.ts';
import { FileObjects } from '../../../platform/local/file-objects.ts';

let folder: string;
let objects: FileObjects;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-sweep-'));
  objects = new FileObjects(folder, { baseUrl: () => 'http://127.0.0.1', signingKey: new Uint8Array(32) });
});
afterEach(() => {
  objects.close();
  rmSync(folder, { recursive: true });
});

test('deletes all expired results and responses, and nothing else', async () => {
  for (let count = 0; count < 120; count++) await objects.put(`executions/user/${count}`, Buffer.of(1));
  await objects.put('idempotency/one', Buffer.of(1));
  await objects.put('messages/one', Buffer.of(1));
  const after = (seconds: number) => sweepResults(objects, Date.now() + seconds * 1000);
  expect(await after(limits.executionResultSeconds - 60)).toBe(0);
  expect(await after(limits.executionResultSeconds + 1)).toBe(121);
  const left = await objects.list({ prefix: '', limit: 10 });
  expect(left.objects.map(({ key }) => key)).toEqual(['messages/one']);
});
