import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BundleSource } from '../../sandbox-image/protocol/job.ts';
import { parseOutcome } from '../build-outcome.ts';
import { type Build, BuilderUnavailable, type Outcome, type PackageBuilder } from '../package-builder.ts';
import { timeouts } from './environment.ts';
import { S3Objects } from './s3-objects.ts';

/*
 * Keys in the bucket. A task can write only below its own build, through URLs signed for those keys. Functions write
 * below `bundles`, under the hash of the lock.
 */
export const buildKey = (buildId: string, part: 'job.json' | 'result.json' | 'bundle.tar.gz') =>
  `packages/builds/${buildId}/${part}`;
const bundleKey = (bundleId: string, part: 'tar.gz' | 'lock.json') => `packages/bundles/${bundleId}.${part}`;

/** Time for S3 to copy the largest bundle. */
const copyMs = 20_000;

/** A job may wait 15 minutes in a sandbox before it starts. */
const sourceSeconds = 30 * 60;

/** Reads the outcomes of builds, for functions that start no builds. */
export class S3PackageOutcomes implements PackageBuilder {
  protected readonly client: S3Client;
  protected readonly bucket: string;
  protected readonly objects: S3Objects;

  constructor(client: S3Client, bucket: string) {
    this.client = client;
    this.bucket = bucket;
    this.objects = new S3Objects(client, bucket);
  }

  async check(): Promise<void> {
    throw new BuilderUnavailable('this function cannot start builds');
  }

  async request(_build: Build): Promise<void> {
    return this.check();
  }

  /** Signing takes no request. */
  async source(bundleId: string): Promise<BundleSource> {
    const sign = (part: 'tar.gz' | 'lock.json') =>
      getSignedUrl(
        this.client,
        new GetObjectCommand({ Bucket: this.bucket, Key: bundleKey(bundleId, part) }),
        { expiresIn: sourceSeconds },
      );
    const [lockUrl, archiveUrl] = await Promise.all([sign('lock.json'), sign('tar.gz')]);
    return { lockUrl, archiveUrl };
  }

  async outcome(buildId: string): Promise<Outcome | undefined> {
    const result = await this.objects.get(buildKey(buildId, 'result.json'));
    if (!result) return undefined;
    const outcome = parseOutcome(Buffer.from(result.body).toString());
    if (outcome.status === 'ready') await this.#publish(buildId, outcome.bundleId, outcome.lock);
    return outcome;
  }

  /**
   * Copies a bundle to the key that sandboxes read, unless it exists. The task that created the archive handled foreign
   * bytes: a sandbox verifies the tree against the hash in the lock before it uses it.
   */
  async #publish(buildId: string, bundleId: string, lock: string): Promise<void> {
    if (await this.#has(bundleKey(bundleId, 'tar.gz'))) return;
    await this.objects.put(bundleKey(bundleId, 'lock.json'), Buffer.from(lock));
    await this.client.send(
      new CopyObjectCommand({
        Bucket: this.bucket,
        Key: bundleKey(bundleId, 'tar.gz'),
        CopySource: `${this.bucket}/${buildKey(buildId, 'bundle.tar.gz')}`,
      }),
      { requestTimeout: copyMs },
    );
  }

  async #has(Key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key }));
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
      throw error;
    }
  }
}

export function s3Client(): S3Client {
  return new S3Client({ requestHandler: timeouts, requestChecksumCalculation: 'WHEN_REQUIRED' });
}

/** Returns outcomes from the bucket that `STRONGROOM_BUCKET` names, or `noBuilder` if it is not set. */
export function packageOutcomes(env: NodeJS.ProcessEnv): PackageBuilder {
  return env.STRONGROOM_BUCKET ? new S3PackageOutcomes(s3Client(), env.STRONGROOM_BUCKET) : noBuilder;
}

/** The builder of a deployment that cannot build packages. */
export const noBuilder: PackageBuilder = {
  async check() {
    throw new BuilderUnavailable('this deployment has no package builder');
  },
  async request() {
    throw new BuilderUnavailable('this deployment has no package builder');
  },
  async outcome() {
    return undefined;
  },
  async source() {
    return undefined;
  },
};
