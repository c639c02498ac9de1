import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { type Access, allow } from './access.ts';
import { BundledFunction } from './api-function.ts';
import type { Assets } from './bundle.ts';
import type { Cluster } from './cluster.ts';
import type { Configuration } from './configuration.ts';
import { type Network, sandboxPort } from './network.ts';
import type { Sandbox } from './sandbox.ts';
import type { Tables } from './tables.ts';

export type PoolProps = {
  readonly assets: Pick<Assets, 'keepPool' | 'askKey'>;
  readonly cluster: Cluster;
  readonly sandbox: Sandbox;
  readonly network: Network;
  readonly access: Access;
  readonly tables: Tables;
  readonly configuration: Pick<Configuration, 'sandboxes' | 'spare' | 'offHours' | 'logDays'>;
};

/**
 * Keeps sandboxes ready: a function that starts tasks, ends them and enters them in the pool's table, every minute and
 * whenever one comes up or stops. It is outside of the sandboxes' network, so that nothing in there reaches ECS; another
 * function inside, with no right to anything, asks a task for its key.
 */
export class Pool extends Construct {
  constructor(scope: Construct, id: string, props: PoolProps) {
    super(scope, id);
    const { assets, cluster, network } = props;
    const { logDays } = props.configuration;
    const asker = new BundledFunction(this, 'KeyAsker', {
      name: 'fetch-sandbox-key',
      description: 'Asks a sandbox for its public key',
      bundle: assets.askKey,
      memoryMiB: 256,
      timeoutSeconds: 10,
      logDays,
      network,
      access: { statements: [], environment: {} },
    });
    const keeper = new BundledFunction(this, 'Keeper', {
      name: 'reconcile-pool',
      description: 'Keeps sandboxes ready',
      bundle: assets.keepPool,
      memoryMiB: 512,
      timeoutSeconds: 60,
      logDays,
      access: this.#access(props, asker),
    });
    const target = () => new LambdaFunction(keeper.function, { retryAttempts: 0 });
    new Rule(this, 'EveryMinute', {
      description: 'Keeps sandboxes ready',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [target()],
    });
    new Rule(this, 'TaskChanged', {
      description: 'A task of the pool has come up or stopped',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: { clusterArn: [cluster.arn], lastStatus: ['RUNNING', 'STOPPED'] },
      },
      targets: [target()],
    });
  }

  #access({ cluster, sandbox, network, access, tables, configuration }: PoolProps, asker: BundledFunction) {
    const { sandboxes, spare, offHours } = configuration;
    const table = ['GetItem', 'Query', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`);
    return {
      statements: [
        ...access.toTables(new Map([['sandboxes', new Set(table)]])),
        ...cluster.startStatements(sandbox.taskDefinition.ref, sandbox.starter),
        // Only container instances are named in a permission to list, and Fargate has none.
        allow(['ecs:ListTasks'], ['*'], cluster.condition),
        allow(['ecs:DescribeTasks', 'ecs:StopTask'], [cluster.tasks], cluster.condition),
        allow(['lambda:InvokeFunction'], [asker.function.functionArn]),
      ],
      environment: {
        STRONGROOM_TABLE_SANDBOXES: tables.get('sandboxes').tableName,
        STRONGROOM_POOL_CLUSTER: cluster.name,
        STRONGROOM_POOL_TASK: sandbox.taskDefinition.ref,
        STRONGROOM_POOL_SUBNETS: network.subnetsOf('sandboxes').join(','),
        STRONGROOM_POOL_SECURITY_GROUPS: network.sandboxes.securityGroupId,
        STRONGROOM_POOL_PORT: String(sandboxPort),
        STRONGROOM_POOL_KEY_FUNCTION: asker.function.functionName,
        STRONGROOM_POOL_SIZE: String(sandboxes),
        STRONGROOM_POOL_SPARE: String(spare),
        ...(offHours && { STRONGROOM_POOL_OFF_HOURS: offHours }),
      },
      explained: [
        {
          id: 'AwsSolutions-IAM5[Resource::*]',
          reason: 'ecs:ListTasks names no tasks; the condition holds it to the one cluster.',
        },
        cluster.explained,
      ],
    };
  }
}
