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

/** How long an administrator can restore what was deleted or replaced. */
export const recoverableDays = 30;

export type BucketsProps = { readonly key: IKey; readonly keep: RemovalPolicy; readonly logDays: number };

/** How long no one can change or delete what is in the bucket of the audit log. */
const auditLockDays = 365;

/** The bucket of the object store, which holds only ciphertext, that of the audit log, and the access log of both. */
export class Buckets extends Construct {
  readonly objects: Bucket;
  /** Tiles and checkpoints of the audit log: hashes and signatures. Each version of each object is locked. */
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
      // S3 does not deliver its logs to a bucket that is encrypted with a customer's key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(logDays) }],
    });
    this.objects = new Bucket(this, 'Objects', {
      ...closed,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      // Pages use signed URLs, which authorize themselves: they upload sealed parts and download ranges.
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
        // What is kept for one day is deleted for good one day later.
        ...[resultsPrefix, answersPrefix].map((prefix) => ({
          prefix,
          expiration: Duration.days(2),
          noncurrentVersionExpiration: Duration.days(1),
        })),
        // A build's job and what its task left. The bundle itself has been copied elsewhere.
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
      // Only an administrator of the account can bypass governance, and no installation can lock them out.
      objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(auditLockDays)),
      serverAccessLogsBucket: this.log,
      serverAccessLogsPrefix: 'audit/',
    });
  }
}
