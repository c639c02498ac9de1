import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fetchSandboxKey } from '../contract/jobs.ts';
import type { PoolVariables } from '../platform/sandboxes/pool-settings.ts';
import type { Cluster } from './cluster.ts';
import type { Configuration } from './configuration.ts';
import { functionArn, functionName } from './function-name.ts';
import { type Network, sandboxPort } from './network.ts';
import type { Sandbox } from './sandbox.ts';
import { allow, type FunctionAccess } from './statements.ts';

export type PoolProps = {
  readonly cluster: Cluster;
  readonly sandbox: Sandbox;
  readonly network: Network;
  readonly configuration: Pick<Configuration, 'sandboxes' | 'spare' | 'offHours'>;
};

/**
 * The tasks of the sandbox pool. The job that starts and stops them is outside the sandboxes' network, so that nothing
 * in there reaches ECS. Another job inside that network, which may access nothing else, asks a task for its key.
 */
export class Pool extends Construct implements FunctionAccess {
  readonly statements: FunctionAccess['statements'];
  readonly environment: PoolVariables;
  readonly explained: FunctionAccess['explained'];

  constructor(scope: Construct, id: string, { cluster, sandbox, network, configuration }: PoolProps) {
    super(scope, id);
    const { sandboxes, spare, offHours } = configuration;
    const keyFunction = functionName(Stack.of(this).stackName, fetchSandboxKey.operationId);
    this.statements = [
      ...cluster.startStatements(sandbox.taskDefinition.ref, sandbox.starter),
      // A permission to list tasks can name only container instances, and Fargate has none.
      allow(['ecs:ListTasks'], ['*'], cluster.condition),
      allow(['ecs:DescribeTasks', 'ecs:StopTask'], [cluster.tasks], cluster.condition),
      allow(['lambda:InvokeFunction'], [functionArn(this, keyFunction)]),
    ];
    this.environment = {
      STRONGROOM_POOL_CLUSTER: cluster.name,
      STRONGROOM_POOL_TASK: sandbox.taskDefinition.ref,
      STRONGROOM_POOL_SUBNETS: network.subnetsOf('sandboxes').join(','),
      STRONGROOM_POOL_SECURITY_GROUPS: network.sandboxes.securityGroupId,
      STRONGROOM_POOL_PORT: String(sandboxPort),
      STRONGROOM_POOL_KEY_FUNCTION: keyFunction,
      STRONGROOM_POOL_SIZE: String(sandboxes),
      STRONGROOM_POOL_SPARE: String(spare),
      ...(offHours && { STRONGROOM_POOL_OFF_HOURS: offHours }),
    };
    this.explained = [
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecs:ListTasks cannot name tasks; the condition limits it to one cluster.',
      },
      cluster.explained,
    ];
  }
}
