import { Stack, Validations } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow } from './access.ts';
import { sandboxPort } from './network.ts';

export type SandboxProps = {
  /** Folder with the Dockerfile and all that it copies. */
  readonly bundle: string;
  readonly log: ILogGroup;
};

/** Of Docker's default capabilities, those that the supervisor has no use for; see sandbox-image/Dockerfile. */
const unusedCapabilities = [
  'AUDIT_WRITE',
  'FSETID',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SYS_CHROOT',
];

const healthCheck = `fetch('http://127.0.0.1:${sandboxPort}/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/**
 * The image of the sandbox, and how Fargate is to run it. There is no task role: what runs in a task has no
 * credential of AWS, not even one without a permission. The root file system cannot be written.
 */
export class Sandbox extends Construct {
  readonly taskDefinition: CfnTaskDefinition;

  constructor(scope: Construct, id: string, { bundle, log }: SandboxProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const image = new DockerImageAsset(this, 'Image', { directory: bundle, platform: Platform.LINUX_ARM64 });
    const starter = new Role(this, 'Starter', {
      roleName: `${stackName}-sandbox-starter-${region}`,
      description:
        'Fargate pulls the image of the sandbox and opens its log; the sandbox itself never has this role',
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    image.repository.grantPull(starter);
    starter.addToPolicy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]));
    Validations.of(starter).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken knows no resource; it opens no repository by itself.',
    });

    this.taskDefinition = new CfnTaskDefinition(this, 'Task', {
      family: `${stackName}-sandbox`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '1024',
      memory: '2048',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      executionRoleArn: starter.roleArn,
      // Runs' directories, and locks on ranges of user ids: gone with the task.
      volumes: [{ name: 'tmp' }, { name: 'run' }],
      containerDefinitions: [
        {
          name: 'sandbox',
          image: image.imageUri,
          essential: true,
          readonlyRootFilesystem: true,
          linuxParameters: { initProcessEnabled: true, capabilities: { drop: unusedCapabilities } },
          mountPoints: [
            { sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false },
            { sourceVolume: 'run', containerPath: '/run', readOnly: false },
          ],
          portMappings: [{ containerPort: sandboxPort, protocol: 'tcp' }],
          // Fargate does not read the image's own.
          healthCheck: {
            command: ['CMD', 'node', '-e', healthCheck],
            interval: 10,
            timeout: 3,
            retries: 3,
            startPeriod: 15,
          },
          stopTimeout: 30,
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': log.logGroupName,
              'awslogs-region': region,
              'awslogs-stream-prefix': 'sandbox',
              mode: 'non-blocking',
            },
          },
        },
      ],
    });
  }
}
