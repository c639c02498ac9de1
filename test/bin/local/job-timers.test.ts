import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { JobTimers } from '../../../bin/local/job-timers.ts';
import type { JobRecord } from '../../../contract/define-job.ts';

const job = (name: string, every: JobRecord['every']): JobRecord => ({
  operationId: `jobs.${name}`,
  summary: name,
  every,
  access: {},
  timeoutSeconds: 1,
});

test('runs each job with a local schedule when it starts, and again in its interval', async () => {
  const runs: string[] = [];
  const jobs = [job('often', { local: 0.01 }), job('hourly', { local: 3600 }), job('aws', { aws: 60 })];
  const timers = new JobTimers(jobs, async (operationId) => async () => {
    runs.push(operationId);
  });
  while (runs.length < 5) await sleep(5);
  await timers.stop();
  expect(runs.filter((name) => name === 'jobs.hourly')).toHaveLength(1);
  expect(runs.filter((name) => name === 'jobs.often').length).toBeGreaterThanOrEqual(4);
  expect(runs).not.toContain('jobs.aws');
});

test('runs a job again after it failed, and never twice concurrently', async () => {
  let [running, most, count] = [0, 0, 0];
  const timers = new JobTimers([job('slow', { local: 0.001 })], async () => async () => {
    most = Math.max(most, ++running);
    count += 1;
    await sleep(10);
    running -= 1;
    throw new Error('failed by the test');
  });
  while (count < 3) await sleep(5);
  await timers.stop();
  expect(most).toBe(1);
  expect(running).toBe(0);
});

test('waits for a running job when it stops', async () => {
  let finished = false;
  const started = Promise.withResolvers<void>();
  const timers = new JobTimers([job('slow', { local: 3600 })], async () => async () => {
    started.resolve();
    await sleep(30);
    finished = true;
  });
  await started.promise;
  await timers.stop();
  expect(finished).toBe(true);
});
