import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FargateBuilder } from '../../platform/aws/package-builder.ts';
import { S3Objects } from '../../platform/aws/s3-objects.ts';
import type { Build } from '../../platform/package-builder.ts';
import { removeReadOnly } from '../../sandbox-image/protocol/bundle-folder.ts';
import { findInterpreter } from '../../sandbox-image/protocol/interpreter.ts';
import { PackageIndex } from '../support/package-index.ts';
import { wheel } from '../support/wheel.ts';

/*
 * The emulator records tasks and runs none. So the test starts the builder itself, with what the recorded task would have
 * had: the URL of its job.
 */
const s3 = new S3Client({ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' });
const ecs = new ECSClient({});
const bucket = `strongroom-test-${randomUUID()}`;
const cluster = `strongroom-test-${randomUUID()}`;
const program = resolve(import.meta.dirname, '..', '..', 'sandbox-image', 'builder');

let builder: FargateBuilder;
let index: PackageIndex;
let base: string;
beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'builder',
      containerDefinitions: [{ name: 'builder', image: 'sandbox', memory: 512 }],
    }),
  );
  builder = new FargateBuilder(ecs, s3, bucket, {
    cluster,
    taskDefinition: taskDefinition?.taskDefinitionArn ?? '',
    container: 'builder',
    subnets: ['subnet-1'],
    securityGroups: ['sg-1'],
  });
  index = await PackageIndex.start();
  index.add(wheel({ name: 'base' }));
  // The user that builds cannot enter the temporary folder of these tests.
  base = mkdtempSync('/var/tmp/strongroom-builder-');
  chmodSync(base, 0o755);
});
afterAll(async () => {
  await index?.close();
  if (base) removeReadOnly(base);
});

const newBuild = (requirement: string): Build => ({
  buildId: randomUUID(),
  owner: { userId: 'user', orgId: 'org' },
  requirements: [requirement],
});

async function tasksOf({ buildId }: Build): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, startedBy: buildId }));
  return taskArns;
}

/** Does what Fargate would do with the recorded task. */
async function runTask(build: Build): Promise<void> {
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: await tasksOf(build) }));
  const [override] = tasks[0]?.overrides?.containerOverrides ?? [];
  const variables = override?.environment?.map(({ name, value }) => [name, value]) ?? [];
  const python = (await findInterpreter(undefined, process.env.PATH ?? '', process.getuid?.() === 0))
    .executable;
  const { stderr } = await promisify(execFile)(python, ['-I', '-B', program], {
    env: {
      ...Object.fromEntries(variables),
      SSL_CERT_FILE: process.env.NODE_EXTRA_CA_CERTS,
      STRONGROOM_PACKAGE_INDEX: index.url,
      STRONGROOM_SANDBOX_PACKAGES: base,
    },
  });
  if (stderr) throw new Error(stderr);
}

test('builds one job however often it is requested, and stores its bundle under the hash of its lock', async () => {
  const build = newBuild('base');
  expect(await builder.outcome(build.buildId)).toBeUndefined();
  await builder.request(build);
  const objects = new S3Objects(s3, bucket);
  const job = await objects.get(`packages/builds/${build.buildId}/job.json`);
  await builder.request(build);
  // ECS promises that a token starts no second task; the emulator does not.
  expect((await tasksOf(build)).length).toBeGreaterThan(0);
  expect(await objects.get(`packages/builds/${build.buildId}/job.json`)).toEqual(job);
  await runTask(build);
  const outcome = await builder.outcome(build.buildId);
  if (outcome?.status !== 'ready') throw new Error(JSON.stringify(outcome));
  const lock = await objects.get(`packages/bundles/${outcome.bundleId}.lock.json`);
  expect(Buffer.from(lock?.body ?? []).toString()).toBe(outcome.lock);
  const archive = await objects.get(`packages/bundles/${outcome.bundleId}.tar.gz`);
  expect(archive?.sizeBytes).toBeGreaterThan(500);
});

test('reports why a list cannot be built', async () => {
  const build = newBuild('nowhere-at-all');
  await builder.request(build);
  await runTask(build);
  expect(await builder.outcome(build.buildId)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('no wheel of nowhere-at-all'),
    names: ['nowhere-at-all'],
  });
});
