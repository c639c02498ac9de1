import { Stack, Validations } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './statements.ts';

/** Where all tasks run. A cluster of Fargate costs nothing by itself. */
export class Cluster extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly #cluster: CfnCluster;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const cluster = new CfnCluster(this, 'Tasks', {
      clusterName: stackName,
      clusterSettings: [{ name: 'containerInsights', value: 'disabled' }],
    });
    Validations.of(cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason:
        'Tasks live for minutes; what is worth measuring of them is in their log and in the pool’s table.',
    });
    this.#cluster = cluster;
    this.name = cluster.ref;
    this.arn = cluster.attrArn;
  }

  /** ARN of all its tasks. */
  get tasks(): string {
    return Stack.of(this).formatArn({ service: 'ecs', resource: 'task', resourceName: `${this.name}/*` });
  }

  /** What cdk-nag finds where all tasks are named, and why it is meant. */
  get explained() {
    const id = Stack.of(this).getLogicalId(this.#cluster);
    return {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${id}>/*]`,
      reason: 'Tasks have random ids; the statement names the one cluster that they are in.',
    };
  }

  /** Starting tasks of one definition, and handing Fargate the role that pulls their image. */
  startStatements(taskDefinition: string, starter: IRole): PolicyStatement[] {
    return [
      allow(['ecs:RunTask'], [taskDefinition], this.condition),
      allow(['iam:PassRole'], [starter.roleArn], {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
    ];
  }

  /** Events of its tasks that have started or stopped. */
  get taskStateChange() {
    return {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: { clusterArn: [this.arn], lastStatus: ['RUNNING', 'STOPPED'] },
    };
  }

  get condition() {
    return { ArnEquals: { 'ecs:cluster': this.arn } };
  }
}
