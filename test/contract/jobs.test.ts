import { describe, expect, test } from 'vitest';
import { defineJob, runsOnAws } from '../../contract/define-job.ts';
import { jobs } from '../../contract/jobs.ts';

describe.each(jobs.map((job) => [job.operationId, job] as const))('%s', (operationId, job) => {
  test('is named for a file below lambdas/jobs', () => {
    expect(operationId).toMatch(/^jobs\.[a-z][A-Za-z]*$/);
  });

  test('is started by a schedule or by a trigger', () => {
    const { aws, local } = job.every ?? {};
    expect([aws, local, ...(job.on ?? [])].filter((start) => start !== undefined)).not.toEqual([]);
  });

  test('has a schedule that EventBridge accepts: whole minutes', () => {
    const { aws = 60, local = 1 } = job.every ?? {};
    expect(aws % 60).toBe(0);
    expect(aws).toBeGreaterThan(0);
    expect(local).toBeGreaterThan(0);
  });

  test('has a timeout that Lambda accepts', () => {
    expect(job.timeoutSeconds).toBeGreaterThan(0);
    expect(job.timeoutSeconds).toBeLessThanOrEqual(900);
  });

  test('validates what its trigger sends, unless a schedule or an event is all that starts it', () => {
    const { on = [] } = job;
    expect(job.payload !== undefined).toBe(on.some((trigger) => trigger !== 'ecsTaskStateChange'));
  });
});

test('a job that nothing starts is refused', () => {
  const job = { operationId: 'jobs.never', summary: 'Never runs', access: {}, timeoutSeconds: 1 } as const;
  expect(() => defineJob(job)).toThrow('nothing starts jobs.never');
  expect(() => defineJob({ ...job, every: {} })).toThrow('nothing starts jobs.never');
  expect(() => defineJob({ ...job, on: [] })).toThrow('nothing starts jobs.never');
  expect(runsOnAws(defineJob({ ...job, every: { local: 5 } }))).toBe(false);
});

test('jobs have operation ids of their own', () => {
  expect(new Set(jobs.map(({ operationId }) => operationId)).size).toBe(jobs.length);
});
