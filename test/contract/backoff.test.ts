import { expect, test } from 'vitest';
import { backoff } from '../../contract/backoff.ts';

const always = { attempts: 4, baseMs: 1, maxMs: 1, delayAfter: () => 0 } as const;

/** Fails so many times, then returns the number of the attempt. */
function failing(times: number) {
  const work = async (attempt: number) => {
    work.attempts = attempt;
    if (attempt <= times) throw new Error(`attempt ${attempt}`);
    return attempt;
  };
  work.attempts = 0;
  return work;
}

test('returns the first success', async () => {
  expect(await backoff(failing(2), always)).toBe(3);
});

test('throws the last error when no attempt is left', async () => {
  const work = failing(9);
  await expect(backoff(work, always)).rejects.toThrow('attempt 4');
  expect(work.attempts).toBe(4);
});

test('does not retry after a final error', async () => {
  const work = failing(9);
  await expect(backoff(work, { ...always, delayAfter: () => undefined })).rejects.toThrow('attempt 1');
  expect(work.attempts).toBe(1);
});

test('does not start a delay that would end after the deadline', async () => {
  const work = failing(9);
  const options = { ...always, delayAfter: () => 60_000, deadline: Date.now() + 50_000 };
  await expect(backoff(work, options)).rejects.toThrow('attempt 1');
  expect(work.attempts).toBe(1);
});

test('ends a delay when the signal aborts', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const run = backoff(failing(9), { ...always, delayAfter: () => 60_000, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 10);
  await expect(run).rejects.toBe(reason);
});
