import { expect, test } from 'vitest';
import type { TokenCaller } from '../../../lambdas/pipeline/caller.ts';
import { noteTokenUse } from '../../../lambdas/pipeline/token-use.ts';
import { addToken, listTokens } from '../../../lambdas/stores/tokens.ts';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);

function callerOf(tokenId: string): TokenCaller {
  const credential = { kind: 'token', id: tokenId } as const;
  return { kind: 'token', userId: 'u', orgId: 'o', email: null, scopes: ['messages:read'], credential };
}

function tokenOf(tokenId: string) {
  const createdAt = new Date(start).toISOString();
  return { tokenId, name: '', scopes: [], createdAt, expiresAt: null, usedMinute: 0 } as const;
}

test('records the use of a token once a minute, and never an earlier use over a later one', async () => {
  const table = new SqliteTable(':memory:');
  let writes = 0;
  const counting = new Proxy(table, {
    get(target, name: 'transact') {
      if (name === 'transact') writes += 1;
      return target[name].bind(target);
    },
  });
  await table.transact([addToken('u', tokenOf('counted'))]);
  const use = (milliseconds: number) =>
    noteTokenUse(counting, callerOf('counted'), new Date(start + milliseconds));
  const noted = async () => (await listTokens(table, 'u', { limit: 1 })).items[0]?.usedMinute;
  for (const milliseconds of [0, 1, minute - 1]) await use(milliseconds);
  expect([writes, await noted()]).toEqual([1, start / minute]);
  await use(3 * minute);
  await use(minute);
  expect([writes, await noted()]).toEqual([2, start / minute + 3]);
  table.close();
});

test('does not reject if the use cannot be recorded', async () => {
  const table = new SqliteTable(':memory:');
  await expect(noteTokenUse(table, callerOf('revoked'), new Date(start))).resolves.toBeUndefined();
  table.close();
  await expect(noteTokenUse(table, callerOf('unreachable'), new Date(start))).resolves.toBeUndefined();
});
