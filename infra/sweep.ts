import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { messagesPrefix, vaultPrefix } from '../contract/resources.ts';
import { type Access, allow } from './access.ts';
import { BundledFunction } from './api-function.ts';
import type { Buckets } from './buckets.ts';
import type { Tables } from './tables.ts';

export type SweepProps = {
  readonly bundle: string;
  readonly access: Access;
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly logDays: number;
};

const prefixes = [messagesPrefix, vaultPrefix];

/** Every hour, removes the objects of messages and values that are gone, and those that no record was made of. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { bundle, access, tables, buckets, logDays }: SweepProps) {
    super(scope, id);
    const { bucketArn, bucketName } = buckets.objects;
    const sweeper = new BundledFunction(this, 'Sweeper', {
      name: 'sweep-objects',
      description: 'Removes objects that no record names',
      bundle,
      memoryMiB: 512,
      timeoutSeconds: 300,
      logDays,
      access: {
        statements: [
          ...access.toTables(
            new Map([
              ['messages', new Set(['dynamodb:GetItem'])],
              ['vaultObjects', new Set(['dynamodb:GetItem'])],
            ]),
          ),
          allow(['s3:ListBucket'], [bucketArn], { StringEquals: { 's3:prefix': prefixes } }),
          allow(
            ['s3:DeleteObject'],
            prefixes.map((prefix) => `${bucketArn}/${prefix}*`),
          ),
        ],
        environment: {
          STRONGROOM_TABLE_MESSAGES: tables.get('messages').tableName,
          STRONGROOM_TABLE_VAULTOBJECTS: tables.get('vaultObjects').tableName,
          STRONGROOM_BUCKET: bucketName,
        },
        explained: prefixes.map((prefix) => access.explainObjects(prefix)),
      },
    });
    new Rule(this, 'Hourly', {
      description: 'Calls the sweep',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(sweeper.function, { retryAttempts: 2 })],
    });
  }
}
