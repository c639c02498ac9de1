import { Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  type InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import { functionArn } from './function-name.ts';
import type { GeneratorReach } from './generator.ts';
import type { Keys } from './keys.ts';
import type { Tables } from './tables.ts';

/** Port of a sandbox. */
export const sandboxPort = 8700;

const cidr = '10.73.0.0/22';

const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = SubnetType;
const subnets = {
  isolated: { name: 'Isolated', subnetType: PRIVATE_ISOLATED, cidrMask: 24 },
  functions: { name: 'Functions', subnetType: PRIVATE_WITH_EGRESS, cidrMask: 25 },
  public: { name: 'Public', subnetType: PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
  builders: { name: 'Builders', subnetType: PRIVATE_WITH_EGRESS, cidrMask: 26 },
} as const;

/** How the package builder reaches its index: not at all, by routes of the operator's own, or over the internet. */
export type PackageReach = 'none' | 'private' | 'internet';

export type NetworkProps = {
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly keys: Keys;
  /** Names of the functions that functions in the network invoke. */
  readonly invoked: readonly string[];
  readonly flowLog: ILogGroup;
  readonly generator: GeneratorReach;
  readonly packages: PackageReach;
};

/**
 * The network of sandboxes and of the functions that call them. It has no connection to the internet: no gateway, no
 * NAT. Functions reach AWS through endpoints, which allow only the tables, bucket, keys and jobs of this installation. If
 * the operator chose a language model of another provider, or an index of packages, there is a route to the internet, but
 * only from subnets of the functions or of the builder. Sandboxes never have one.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly functions: SecurityGroup;
  readonly sandboxes: SecurityGroup;

  readonly #endpoints: SecurityGroup;
  readonly #s3: GatewayVpcEndpoint;
  readonly #groups: { readonly functions: string; readonly builders: string };

  constructor(
    scope: Construct,
    id: string,
    { tables, buckets, keys, invoked, flowLog, generator, packages }: NetworkProps,
  ) {
    super(scope, id);
    const model = generator === 'internet' ? [subnets.functions] : [];
    const index = packages === 'internet' ? [subnets.builders] : [];
    const outward = [...model, ...index];
    this.#groups = {
      functions: (model[0] ?? subnets.isolated).name,
      builders: (index[0] ?? subnets.isolated).name,
    };
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: 2,
      natGateways: outward.length > 0 ? 1 : 0,
      subnetConfiguration: [
        subnets.isolated,
        ...model,
        ...(outward.length > 0 ? [subnets.public] : []),
        ...index,
      ],
      // No interface uses the default group. Emptying it would take a custom resource that relies on the runtime's SDK.
      restrictDefaultSecurityGroup: false,
    });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(flowLog),
      trafficType: FlowLogTrafficType.ALL,
    });

    const endpoints = this.#group('Endpoints', 'Endpoints of AWS services');
    this.#endpoints = endpoints;
    this.functions = this.#group('Functions', 'Functions that call sandboxes');
    this.sandboxes = this.#group('Sandboxes', 'Sandboxes; programs in them have no network');
    this.#allow(this.functions, this.sandboxes, sandboxPort, 'jobs');
    this.#allow(this.functions, endpoints, 443, 'KMS and Lambda');
    // Gateway endpoints have no security group, and the ids of their prefix lists differ by region. There is no other
    // route out of the network.
    this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'DynamoDB and S3, by gateway endpoints');

    this.#gateway('DynamoDb', GatewayVpcEndpointAwsService.DYNAMODB).addToPolicy(
      through(
        [
          'dynamodb:GetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:ConditionCheckItem',
        ],
        [...tables.byName.keys()].flatMap((name) => tables.arns(name)),
      ),
    );
    this.#s3 = this.#gateway('S3', GatewayVpcEndpointAwsService.S3);
    this.#s3.addToPolicy(
      through(
        [
          's3:GetObject',
          's3:PutObject',
          's3:DeleteObject',
          's3:ListBucket',
          's3:ListMultipartUploadParts',
          's3:AbortMultipartUpload',
        ],
        [buckets.objects.bucketArn, buckets.objects.arnForObjects('*')],
      ),
    );
    this.#interface('Kms', InterfaceVpcEndpointAwsService.KMS, endpoints).addToPolicy(
      through(
        ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GetPublicKey', 'kms:Sign', 'kms:DescribeKey'],
        [keys.data, keys.signing.jwt, keys.signing.audit].map(({ keyArn }) => keyArn),
      ),
    );
    if (generator === 'endpoint') {
      // The caller's role determines which model it may call.
      this.#interface('Bedrock', InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME, endpoints).addToPolicy(
        through(['bedrock:InvokeModel'], ['*']),
      );
    }
    this.#interface('Lambda', InterfaceVpcEndpointAwsService.LAMBDA, endpoints).addToPolicy(
      through(
        ['lambda:InvokeFunction'],
        invoked.map((name) => functionArn(this, name)),
      ),
    );
  }

  /** Adds an endpoint through which the given networks reach a private API. */
  addApiEndpoint(clients: readonly string[]): InterfaceVpcEndpoint {
    const group = this.#group('ApiClients', 'Callers of the private API');
    for (const network of [cidr, ...clients]) {
      group.addIngressRule(Peer.ipv4(network), Port.tcp(443), 'callers of the API');
    }
    return this.#interface('Api', InterfaceVpcEndpointAwsService.APIGATEWAY, group);
  }

  /**
   * Lets Fargate start tasks in this network. It pulls their image and writes their log from the tasks' own addresses
   * ("Amazon ECR interface VPC endpoints"). Sandboxes also fetch package bundles from the gateway endpoint of S3.
   * Programs cannot, because they cannot open a socket.
   */
  openToTasks(repository: string, logs: readonly string[]): void {
    const images = through(
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      [repository],
    );
    for (const [id, service] of [
      ['EcrApi', InterfaceVpcEndpointAwsService.ECR],
      ['EcrImages', InterfaceVpcEndpointAwsService.ECR_DOCKER],
    ] as const) {
      const endpoint = this.#interface(id, service, this.#endpoints);
      endpoint.addToPolicy(images);
      endpoint.addToPolicy(through(['ecr:GetAuthorizationToken'], ['*']));
    }
    this.#interface('Logs', InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, this.#endpoints).addToPolicy(
      through(['logs:CreateLogStream', 'logs:PutLogEvents'], [...logs]),
    );
    const { partition, region } = Stack.of(this);
    this.#s3.addToPolicy(
      through(['s3:GetObject'], [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`]),
    );
    this.#letTaskStart(this.sandboxes);
  }

  /** Adds a group for the builder's tasks. The routes of its subnets determine what they reach. */
  addBuilders(): SecurityGroup {
    const builders = this.#group('Builders', 'Builders of packages');
    this.#letTaskStart(builders);
    return builders;
  }

  /** Returns the ids of the subnets of some tasks. */
  subnetsOf(tasks: 'sandboxes' | 'builders'): readonly string[] {
    const subnetGroupName = tasks === 'builders' ? this.#groups.builders : subnets.isolated.name;
    return this.vpc.selectSubnets({ subnetGroupName }).subnetIds;
  }

  #letTaskStart(group: SecurityGroup): void {
    this.#allow(group, this.#endpoints, 443, 'image and log');
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3, by its gateway endpoint');
  }

  /** Where functions that call sandboxes run. */
  get placement() {
    return {
      vpc: this.vpc,
      vpcSubnets: { subnetGroupName: this.#groups.functions },
      securityGroups: [this.functions],
    };
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  #allow(from: SecurityGroup, to: SecurityGroup, port: number, what: string): void {
    from.addEgressRule(to, Port.tcp(port), what);
    to.addIngressRule(from, Port.tcp(port), what);
  }

  #gateway(id: string, service: GatewayVpcEndpointAwsService): GatewayVpcEndpoint {
    return this.vpc.addGatewayEndpoint(id, { service });
  }

  #interface(
    id: string,
    service: InterfaceVpcEndpointAwsService,
    group: SecurityGroup,
  ): InterfaceVpcEndpoint {
    return this.vpc.addInterfaceEndpoint(id, { service, open: false, securityGroups: [group] });
  }
}

/** Returns what an endpoint allows. The caller's own role must allow it too. */
function through(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources });
}
