import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Access } from './access.ts';
import { BundledFunction } from './api-function.ts';
import type { Tables } from './tables.ts';

export type SealProps = {
  readonly bundle: string;
  readonly access: Access;
  readonly tables: Tables;
  readonly logDays: number;
};

/** Every minute, appends new audit entries to the log and signs a checkpoint of it. Nothing else may sign one. */
export class Seal extends Construct {
  constructor(scope: Construct, id: string, { bundle, access, tables, logDays }: SealProps) {
    super(scope, id);
    const log = access.of({ access: { objects: 'audit:write', keys: ['sign:audit', 'verify:audit'] } });
    const toTables = access.toTables(
      new Map([
        ['audit', new Set(['dynamodb:Query', 'dynamodb:UpdateItem'])],
        [
          'auditLog',
          new Set(['GetItem', 'Query', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`)),
        ],
      ]),
    );
    const sealer = new BundledFunction(this, 'Sealer', {
      name: 'sequence-audit-log',
      description: 'Seals the audit log',
      bundle,
      memoryMiB: 512,
      timeoutSeconds: 300,
      logDays,
      access: {
        ...log,
        statements: [...log.statements, ...toTables],
        environment: {
          ...log.environment,
          STRONGROOM_TABLE_AUDIT: tables.get('audit').tableName,
          STRONGROOM_TABLE_AUDITLOG: tables.get('auditLog').tableName,
        },
      },
    });
    new Rule(this, 'EveryMinute', {
      description: 'Seals the audit log',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sealer.function, { retryAttempts: 0 })],
    });
  }
}
