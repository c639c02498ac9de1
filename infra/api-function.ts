import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionArn } from './function-name.ts';
import type { Network } from './network.ts';
import { allow, type FunctionAccess } from './statements.ts';

export type BundledFunctionProps = {
  /** Name of the function without the stack's: `secrets-put` of `Strongroom-secrets-put`. */
  readonly name: string;
  readonly description: string;
  /** Folder of an `index.mjs` that exports `handler`. */
  readonly bundle: string;
  readonly access: FunctionAccess;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly logDays: number;
  /** The network for functions that call sandboxes. The others run outside it, because they start faster there. */
  readonly network?: Network;
};

/** A function from a prebuilt bundle, with its own role and log group, which have its name. */
export class BundledFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const functionName = `${stackName}-${props.name}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      // A role's name must be unique in the account, not only in the region.
      roleName: `${functionName}-${region}`,
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        access: new PolicyDocument({
          statements: [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
            ...props.access.statements,
            ...(props.network ? this.#networkInterfaces(functionName) : []),
          ],
        }),
      },
    });
    if (props.network) {
      Validations.of(this.role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Lambda creates network interfaces, whose ARNs are unknown before; the code itself is denied the actions.',
      });
    }
    for (const finding of props.access.explained ?? []) Validations.of(this.role).acknowledge(finding);
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.bundle),
      handler: 'index.handler',
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.access.environment },
      ...props.network?.placement,
    });
  }

  /**
   * Lambda itself creates the network interfaces, with the function's role. The code is denied these actions ("Giving
   * Lambda functions access to resources in an Amazon VPC": the actions need all resources).
   */
  #networkInterfaces(functionName: string): PolicyStatement[] {
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    const arn = functionArn(this, functionName);
    return [
      allow(actions, ['*']),
      new PolicyStatement({
        effect: Effect.DENY,
        actions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': arn } },
      }),
    ];
  }
}
