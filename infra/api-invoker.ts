import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { allow } from './statements.ts';

/** Maximum of ARNs in one managed policy of 6,144 characters. With the longest names an ARN takes 107. */
const maxInPolicy = 50;

/**
 * The role with which API Gateway invokes the functions of the API, each by its name, and nothing else. A permission on
 * each function would grant the same, but needs one more resource per function; see docs/decisions/0014.
 */
export class ApiInvoker extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, functions: readonly LambdaFunction[]) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      roleName: `${stackName}-api-invoker-${region}`,
      description: 'API Gateway invokes the functions of the API',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    });
    for (let first = 0; first < functions.length; first += maxInPolicy) {
      const arns = functions.slice(first, first + maxInPolicy).map(({ functionArn }) => functionArn);
      new ManagedPolicy(this, `Policy${first / maxInPolicy + 1}`, {
        description: 'Functions that API Gateway invokes',
        statements: [allow(['lambda:InvokeFunction'], arns)],
        roles: [this.role],
      });
    }
  }
}
