import { Stack, Validations } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './statements.ts';

/** The ECS cluster of all tasks. A cluster on Fargate costs nothing itself. */
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
      reason: 'Tasks live for minutes; their log and the table of the pool contain what is worth measuring.',
    });
    this.#cluster = cluster;
    this.name = cluster.ref;
    this.arn = cluster.attrArn;
  }

  /** ARN that matches all its tasks. */
  get tasks(): string {
    return Stack.of(this).formatArn({ service: 'ecs', resource: 'task', resourceName: `${this.name}/*` });
  }

  /** cdk-nag's finding about a statement for all tasks, and why it is intended. */
  get explained() {
    const id = Stack.of(this).getLogicalId(this.#cluster);
    return {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${id}>/*]`,
      reason: 'Tasks have random ids; the statement names their cluster.',
    };
  }

  /** Returns statements to start tasks of one definition, and to pass Fargate the role that pulls their image. */
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

  /** Limits a statement to the tasks of this cluster. */
  get condition() {
    return { ArnEquals: { 'ecs:cluster': this.arn } };
  }
}
