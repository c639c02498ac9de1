import { Stack, Validations } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { sandboxPort } from './network.ts';
import { allow } from './statements.ts';

export type SandboxProps = {
  /** Folder with the Dockerfile and all that it copies. */
  readonly bundle: string;
  readonly log: ILogGroup;
};

/** Docker's default capabilities that supervisor and builder do not need; see sandbox-image/Dockerfile. */
export const unusedCapabilities = [
  'AUDIT_WRITE',
  'FSETID',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SYS_CHROOT',
];

/** `STRONGROOM_SANDBOX_PACKAGES` of the image. */
export const packagesFolder = '/var/lib/strongroom/packages';

const healthCheck = `fetch('http://127.0.0.1:${sandboxPort}/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/**
 * The image of the sandbox, and how Fargate runs it. There is no task role: a task has no AWS credential at all. Its root
 * file system is read-only.
 */
export class Sandbox extends Construct {
  readonly taskDefinition: CfnTaskDefinition;
  readonly image: DockerImageAsset;
  /** The role with which Fargate starts tasks of this image. */
  readonly starter: Role;

  constructor(scope: Construct, id: string, { bundle, log }: SandboxProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    this.image = new DockerImageAsset(this, 'Image', { directory: bundle, platform: Platform.LINUX_ARM64 });
    this.starter = new Role(this, 'Starter', {
      roleName: `${stackName}-sandbox-starter-${region}`,
      description:
        'Fargate pulls the image of the sandbox and opens its log; the sandbox itself never has this role',
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    this.image.repository.grantPull(this.starter);
    this.starter.addToPolicy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]));
    Validations.of(this.starter).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken has no resource, and grants no access to a repository.',
    });

    this.taskDefinition = new CfnTaskDefinition(this, 'Task', {
      family: `${stackName}-sandbox`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '1024',
      memory: '2048',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      executionRoleArn: this.starter.roleArn,
      // Directories of executions, locks on ranges of user ids, and package bundles, all deleted with the task.
      volumes: [{ name: 'tmp' }, { name: 'run' }, { name: 'packages' }],
      containerDefinitions: [
        {
          name: 'sandbox',
          image: this.image.imageUri,
          essential: true,
          readonlyRootFilesystem: true,
          linuxParameters: { initProcessEnabled: true, capabilities: { drop: unusedCapabilities } },
          mountPoints: [
            { sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false },
            { sourceVolume: 'run', containerPath: '/run', readOnly: false },
            { sourceVolume: 'packages', containerPath: packagesFolder, readOnly: false },
          ],
          portMappings: [{ containerPort: sandboxPort, protocol: 'tcp' }],
          // Fargate ignores the image's own health check.
          healthCheck: {
            command: ['CMD', 'node', '-e', healthCheck],
            interval: 10,
            timeout: 3,
            retries: 3,
            startPeriod: 15,
          },
          stopTimeout: 30,
          logConfiguration: logTo(log, 'sandbox', region),
        },
      ],
    });
  }
}

/** Returns a log configuration that does not block a task when its log buffer is full. */
export function logTo({ logGroupName }: ILogGroup, prefix: string, region: string) {
  return {
    logDriver: 'awslogs',
    options: {
      'awslogs-group': logGroupName,
      'awslogs-region': region,
      'awslogs-stream-prefix': prefix,
      mode: 'non-blocking',
    },
  };
}
