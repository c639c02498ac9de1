import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { answersPrefix, resultsPrefix } from '../contract/resources.ts';

/** How long what was deleted or replaced can be had back, by an administrator. */
export const recoverableDays = 30;

export type BucketsProps = { readonly key: IKey; readonly keep: RemovalPolicy; readonly logDays: number };

/** For how long nobody can alter or remove what is in the bucket of the audit log. */
const auditLockDays = 365;

/** The object store, which holds ciphertext alone, the audit log's bucket, and the log of who reached them. */
export class Buckets extends Construct {
  readonly objects: Bucket;
  /** Tiles and checkpoints of the audit log: hashes and signatures. Each version of each is locked. */
  readonly audit: Bucket;
  readonly log: Bucket;

  constructor(scope: Construct, id: string, { key, keep, logDays }: BucketsProps) {
    super(scope, id);
    const closed = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: keep,
    };
    this.log = new Bucket(this, 'Log', {
      ...closed,
      // S3 delivers its logs to no bucket that is encrypted with a customer's key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(logDays) }],
    });
    this.objects = new Bucket(this, 'Objects', {
      ...closed,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      // Pages reach it by signed URLs, which carry their own right whatever page it is: sealed parts up, ranges down.
      cors: [
        {
          allowedOrigins: ['*'],
          allowedMethods: [HttpMethods.GET, HttpMethods.PUT],
          allowedHeaders: ['content-type', 'range'],
          exposedHeaders: ['ETag', 'Content-Range', 'Accept-Ranges'],
          maxAge: 3600,
        },
      ],
      serverAccessLogsBucket: this.log,
      serverAccessLogsPrefix: 'objects/',
      lifecycleRules: [
        // What is kept for a day only is gone for good a day after.
        ...[resultsPrefix, answersPrefix].map((prefix) => ({
          prefix,
          expiration: Duration.days(2),
          noncurrentVersionExpiration: Duration.days(1),
        })),
        // A build's job and what its task left; the bundle itself was copied to its place.
        {
          prefix: 'packages/builds/',
          expiration: Duration.days(2),
          noncurrentVersionExpiration: Duration.days(1),
        },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        { noncurrentVersionExpiration: Duration.days(recoverableDays), expiredObjectDeleteMarker: true },
      ],
    });
    this.audit = new Bucket(this, 'Audit', {
      ...closed,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      objectLockEnabled: true,
      // Whoever may bypass governance is an administrator of the account, whom no installation can shut out.
      objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(auditLockDays)),
      serverAccessLogsBucket: this.log,
      serverAccessLogsPrefix: 'audit/',
    });
  }
}
