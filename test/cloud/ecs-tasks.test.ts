import { randomUUID } from 'node:crypto';
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { beforeAll, expect, test } from 'vitest';
import { EcsTasks } from '../../platform/aws/ecs-tasks.ts';

/* The emulator records tasks and runs none, so they have no address, and a token does not prevent it from starting more. */
const ecs = new ECSClient({});
const cluster = `strongroom-test-${randomUUID()}`;
const family = `sandbox-${randomUUID()}`;

async function define(): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      containerDefinitions: [{ name: 'sandbox', image: 'sandbox', memory: 512 }],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

const tasksOf = (taskDefinition: string) =>
  new EcsTasks(ecs, { cluster, taskDefinition, subnets: ['subnet-1'], securityGroups: ['sg-1'], port: 8700 });

let tasks: EcsTasks;
beforeAll(async () => {
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  tasks = tasksOf(await define());
});

test('starts, lists and stops tasks, and ignores unknown ones', async () => {
  expect(await tasks.start(12, randomUUID())).toBe(12);
  const started = await tasks.list([]);
  expect(started).toHaveLength(12);
  for (const task of started) {
    expect(task).toMatchObject({ current: true, state: expect.stringMatching(/^(starting|running)$/) });
    expect(Date.now() - task.createdAt).toBeLessThan(60_000);
  }
  const [{ taskId = '' } = {}] = started;
  await tasks.stop(taskId, 'a test');
  const left = await tasks.list([taskId, randomUUID()]);
  expect(left.filter(({ state }) => state === 'starting' || state === 'running')).toHaveLength(11);
  expect(left.find((task) => task.taskId === taskId)?.state ?? 'stopped').toBe('stopped');
});

test('recognizes tasks of an older definition', async () => {
  const newer = tasksOf(await define());
  const seen = await newer.list([]);
  expect(seen.length).toBeGreaterThan(0);
  for (const { current } of seen) expect(current).toBe(false);
});
