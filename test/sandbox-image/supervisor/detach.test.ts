import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Detached, RunLost } from '../../../platform/sandboxes.ts';
import { type Job, type OutputChunk, SandboxLost } from '../../../sandbox-image/protocol/job.ts';
import { Supervisor } from './supervisor.ts';

const endless = 'import time\nprint("begun", flush=True)\nwhile True: time.sleep(0.05)';

describe('a detached run', () => {
  let supervisor: Supervisor;
  beforeAll(async () => {
    supervisor = await Supervisor.start();
  });
  afterAll(() => supervisor.stop());

  const job = (code: string, executionId: string = randomUUID()): Job => ({
    executionId,
    language: 'python',
    code,
    stdin: '',
    args: [],
    env: {},
    files: [],
    timeoutMs: 20_000,
  });
  const detach = async (code: string, waitMs = 0) => {
    const { executionId, ...rest } = job(code);
    const outcome = await supervisor.client.runOrDetach({ executionId, ...rest }, waitMs);
    expect(Object.keys(outcome)).toEqual(['repliesSecret']);
    return { executionId, secret: (outcome as Detached).repliesSecret };
  };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  const joined = (chunks: readonly OutputChunk[]) => chunks.map(({ bytes }) => text(bytes)).join('');

  test('is not detached if it ends within the wait, and the sandbox keeps nothing of it', async () => {
    const { executionId, ...rest } = job('print(1)');
    const outcome = await supervisor.client.runOrDetach({ executionId, ...rest }, 10_000);
    expect(outcome).toMatchObject({ status: 'completed' });
    await expect(supervisor.client.poll(executionId, new Uint8Array(44))).rejects.toThrow(RunLost);
  });

  test('is read from the first byte on by any number of readers with its secret', async () => {
    const { executionId, secret } = await detach(
      'import time\nfor i in range(5): print(i, flush=True); time.sleep(0.1)',
    );
    await sleep(250);
    const read = async () => {
      const chunks: OutputChunk[] = [];
      const onOutput = (chunk: OutputChunk) => chunks.push(chunk);
      const result = await supervisor.client.attach(executionId, secret, { onOutput });
      return { chunks, result };
    };
    const all = [...(await Promise.all([read(), read()])), await read()];
    for (const { chunks, result } of all) {
      expect(text(result.stdout)).toBe('0\n1\n2\n3\n4\n');
      expect(joined(chunks)).toBe('0\n1\n2\n3\n4\n');
    }
    expect(all[2]?.chunks).toEqual(all[0]?.chunks);
  });

  test('cannot be read without its secret', async () => {
    const { executionId, secret } = await detach('print("secret output")');
    const other = secret.map((byte) => byte ^ 1);
    await expect(supervisor.client.attach(executionId, other)).rejects.toThrow(SandboxLost);
    const mine = await detach('print("other")');
    await expect(supervisor.client.attach(executionId, mine.secret)).rejects.toThrow(SandboxLost);
    expect(text((await supervisor.client.attach(executionId, secret)).stdout)).toBe('secret output\n');
  });

  test('shows its output so far when polled, and that it still runs', async () => {
    const { executionId, secret } = await detach(endless);
    const chunks: OutputChunk[] = [];
    while (chunks.length === 0) {
      const onOutput = (chunk: OutputChunk) => chunks.push(chunk);
      expect(await supervisor.client.poll(executionId, secret, { onOutput })).toBeUndefined();
    }
    expect(joined(chunks)).toBe('begun\n');
    await supervisor.client.stop(executionId);
    expect((await supervisor.client.attach(executionId, secret)).status).toBe('killed');
  });

  test('is kept until it is acknowledged, and never discarded while it runs', async () => {
    const { executionId, secret } = await detach(endless);
    await supervisor.client.ack(executionId);
    expect(await supervisor.client.poll(executionId, secret)).toBeUndefined();
    await supervisor.client.stop(executionId);
    await supervisor.client.attach(executionId, secret);
    expect(await supervisor.client.poll(executionId, secret)).toMatchObject({ status: 'killed' });
    await supervisor.client.ack(executionId);
    await expect(supervisor.client.poll(executionId, secret)).rejects.toThrow(RunLost);
  });

  test('is refused immediately if its execution id was used before', async () => {
    const id = randomUUID();
    await supervisor.client.runOrDetach(job('print(1)', id), 10_000);
    await expect(supervisor.client.runOrDetach(job('print(2)', id), 0)).rejects.toThrow(/409/);
  });

  test('is never lost, however close its end is to the end of the wait', async () => {
    for (let waitMs = 0; waitMs < 60; waitMs += 4) {
      const { executionId, ...rest } = job('print("end")');
      const outcome = await supervisor.client.runOrDetach({ executionId, ...rest }, waitMs);
      const result =
        'repliesSecret' in outcome
          ? await supervisor.client.attach(executionId, outcome.repliesSecret)
          : outcome;
      expect([waitMs, text(result.stdout)]).toEqual([waitMs, 'end\n']);
    }
  });

  test('continues when a reader leaves', async () => {
    const { executionId, secret } = await detach(
      'import time\nprint("begun", flush=True)\ntime.sleep(0.4)\nprint("ended")',
    );
    const signal = AbortSignal.timeout(100);
    await expect(supervisor.client.attach(executionId, secret, { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(text((await supervisor.client.attach(executionId, secret)).stdout)).toBe('begun\nended\n');
  });

  test('is lost with its zygote, and reports that to current and later readers', async () => {
    const { executionId, secret } = await detach(endless);
    while ((await outputSoFar(supervisor, executionId, secret)) === '') await sleep(20);
    const reading = supervisor.client.attach(executionId, secret);
    reading.catch(() => undefined);
    await sleep(100);
    for (const zygote of childrenOf(supervisor.process.pid ?? 0)) process.kill(zygote, 'SIGKILL');
    await expect(reading).rejects.toThrow(SandboxLost);
    await expect(supervisor.client.attach(executionId, secret)).rejects.toThrow(RunLost);
    expect((await supervisor.run('print(1)')).stdout).toBe('1\n');
  });
});

async function outputSoFar({ client }: Supervisor, executionId: string, secret: Uint8Array): Promise<string> {
  const chunks: Uint8Array[] = [];
  await client.poll(executionId, secret, { onOutput: ({ bytes }) => chunks.push(bytes) });
  return Buffer.concat(chunks).toString();
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
