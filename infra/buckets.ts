import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { answersPrefix, resultsPrefix } from '../lambdas/stores/object-prefixes.ts';

/** How long what was deleted or replaced can be had back, by an administrator. */
export const recoverableDays = 30;

export type BucketsProps = { readonly key: IKey; readonly keep: RemovalPolicy; readonly logDays: number };

/** The object store, which holds ciphertext alone, and the log of who reached it. */
export class Buckets extends Construct {
  readonly objects: Bucket;
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
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        { noncurrentVersionExpiration: Duration.days(recoverableDays), expiredObjectDeleteMarker: true },
      ],
    });
  }
}
