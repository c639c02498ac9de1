import { Stack, Validations } from 'aws-cdk-lib';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { BuilderVariables } from '../platform/builder-settings.ts';
import type { Cluster } from './cluster.ts';
import type { Network } from './network.ts';
import { logTo, packagesFolder, type Sandbox, unusedCapabilities } from './sandbox.ts';
import type { FunctionAccess } from './statements.ts';

export type PackageBuilderProps = {
  readonly cluster: Cluster;
  readonly sandbox: Sandbox;
  readonly network: Network;
  readonly log: ILogGroup;
  /** URL of the index (PEP 503). */
  readonly index: string;
};

/**
 * The tasks that build packages: the sandbox's image with another entry point, in a security group that reaches the
 * index. They have no task role: a build reads its job and writes its result through signed URLs.
 */
export class PackageBuilder extends Construct implements FunctionAccess {
  readonly statements: FunctionAccess['statements'];
  readonly environment: BuilderVariables;

  constructor(scope: Construct, id: string, { cluster, sandbox, network, log, index }: PackageBuilderProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const task = new CfnTaskDefinition(this, 'Task', {
      family: `${stackName}-builder`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '1024',
      // pip itself may need 3 GiB.
      memory: '4096',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      executionRoleArn: sandbox.starter.roleArn,
      volumes: [{ name: 'work' }, { name: 'run' }, { name: 'tmp' }],
      containerDefinitions: [
        {
          name: 'builder',
          image: sandbox.image.imageUri,
          essential: true,
          entryPoint: ['python3', '-I', '-B', '/opt/strongroom/builder'],
          command: [],
          readonlyRootFilesystem: true,
          linuxParameters: { initProcessEnabled: true, capabilities: { drop: unusedCapabilities } },
          mountPoints: [
            { sourceVolume: 'work', containerPath: packagesFolder, readOnly: false },
            { sourceVolume: 'run', containerPath: '/run', readOnly: false },
            { sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false },
          ],
          environment: [{ name: 'STRONGROOM_PACKAGE_INDEX', value: index }],
          logConfiguration: logTo(log, 'builder', region),
        },
      ],
    });
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The URL of the package index is not secret; a name or password in it is refused.',
    });
    this.statements = cluster.startStatements(task.ref, sandbox.starter);
    this.environment = {
      STRONGROOM_BUILDER_TASK: task.ref,
      STRONGROOM_BUILDER_CLUSTER: cluster.name,
      STRONGROOM_BUILDER_SUBNETS: network.subnetsOf('builders').join(','),
      STRONGROOM_BUILDER_SECURITY_GROUPS: network.addBuilders().securityGroupId,
    };
  }
}
