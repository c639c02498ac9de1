import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, expect, test } from 'vitest';
import { S3Objects } from '../../platform/aws/s3-objects.ts';
import { objectsSuite } from '../platform/objects.suite.ts';

// Endpoint, region and credentials come from the environment: AWS_ENDPOINT_URL and others.
const client = new S3Client({ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' });
const Bucket = `strongroom-test-${randomUUID()}`;

async function newBucket(): Promise<S3Objects> {
  await client.send(new CreateBucketCommand({ Bucket }));
  return new S3Objects(client, Bucket);
}

// ministack accepts parts of any size, where S3 returns EntityTooSmall.
objectsSuite('S3', newBucket, ['refuse small parts']);

afterAll(async () => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const Objects = Contents.map(({ Key }) => ({ Key }));
  if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  client.destroy();
});

test('fails to ping a bucket that does not exist', async () => {
  await expect(new S3Objects(client, `strongroom-absent-${randomUUID()}`).ping()).rejects.toThrow();
});

test('signs no checksum of an unknown body into the URL of a part', async () => {
  const url = new URL(await new S3Objects(client, Bucket).signPart('key', 'upload', 1, 60));
  expect([...url.searchParams.keys()].filter((name) => name.includes('checksum'))).toEqual([]);
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  expect(url.searchParams.get('X-Amz-Expires')).toBe('60');
});
