import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  addContent,
  deleteContent,
  expireContent,
  sweepContents,
} from '../../../lambdas/stores/message-contents.ts';
import type { Message } from '../../../lambdas/stores/messages.ts';
import { FileObjects } from '../../../platform/local/file-objects.ts';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';
import { sr2Ciphertext } from '../../support/ciphertext.ts';

const hour = 60 * 60_000;
let folder: string;
let table: SqliteTable;
let objects: FileObjects;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-contents-'));
  table = new SqliteTable(join(folder, 'strongroom.db'));
  objects = new FileObjects(join(folder, 'objects'), {
    baseUrl: () => 'http://127.0.0.1',
    signingKey: Buffer.alloc(32),
  });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  table.close();
  objects.close();
  rmSync(folder, { recursive: true });
});

const ciphertext = sr2Ciphertext(100_000);

function add(messageId: string, expiresAt: string | null = null) {
  return addContent(objects, { messageId, expiresAt, sizeBytes: ciphertext.length } as Message, ciphertext);
}

async function stored(): Promise<string[]> {
  const { objects: found } = await objects.list({ prefix: '', limit: 100 });
  return found.map(({ key }) => key);
}

const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

test('the sweep removes content that no message names, once no request can still be about to name it', async () => {
  await add('orphan');
  await table.transact([await add('named')]);
  expect(await sweepContents({ table, objects })).toBe(0);
  later(hour + 1_000);
  await objects.put('files/of-another-kind', Buffer.from('x'));
  await add('fresh');
  expect(await sweepContents({ table, objects })).toBe(1);
  expect(await stored()).toEqual(['files/of-another-kind', 'messages/fresh', 'messages/named']);
});

test('the sweep removes the content of messages that expired, were used up or were deleted', async () => {
  await table.transact([await add('expired', new Date(Date.now() + 2 * hour).toISOString())]);
  await table.transact([await add('used')]);
  await table.transact([await add('deleted')]);
  later(hour + 1_000);
  await table.transact([expireContent('used', Date.now() / 1000 + 60)]);
  await table.transact([deleteContent('deleted')]);
  expect(await sweepContents({ table, objects })).toBe(1);
  expect(await stored()).toEqual(['messages/expired', 'messages/used']);
  later(60_000);
  await sweepContents({ table, objects });
  expect(await stored()).toEqual(['messages/expired']);
  later(hour);
  await sweepContents({ table, objects });
  expect(await stored()).toEqual([]);
});
