import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterEach, expect, test, vi } from 'vitest';
import { newChallenge } from '../../../crypto/server/proof-of-work.ts';
import { spendChallenge } from '../../../lambdas/messages/challenge.ts';
import { addChallenge } from '../../../lambdas/stores/challenges.ts';
import { SqliteTable } from '../../../platform/local/sqlite-table.ts';

afterEach(() => vi.useRealTimers());

test('refuses a solution that comes too late', async () => {
  const table = new SqliteTable(':memory:');
  const expiresAt = Math.floor(Date.now() / 1000) + 600;
  const { challenge, key } = await newChallenge(3, expiresAt);
  const { nonce } = challenge.parameters;
  await table.transact([addChallenge(nonce, { challenge: JSON.stringify(challenge), key }, expiresAt)]);
  const solution = await solveChallenge({ challenge, deriveKey });
  const payload = Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
  const headers = new Map([['x-challenge-solution', payload]]);
  await expect(spendChallenge(table, headers)).resolves.toMatchObject({ delete: { pk: nonce } });
  vi.useFakeTimers({ toFake: ['Date'], now: expiresAt * 1000 });
  await expect(spendChallenge(table, headers)).rejects.toMatchObject({ code: 'CHALLENGE_REQUIRED' });
  table.close();
});

test('takes from half of the configured tries to half as many again', async () => {
  for (let times = 0; times < 8; times++) {
    const { challenge } = await newChallenge(10, 4_000_000_000);
    const solution = await solveChallenge({ challenge, deriveKey });
    expect(solution?.counter).toBeGreaterThanOrEqual(5);
    expect(solution?.counter).toBeLessThan(15);
  }
});
