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

/** Where a sandbox listens. */
export const sandboxPort = 8700;

const cidr = '10.73.0.0/22';

const subnetsWithEgress = [
  { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 25 },
  { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
];

export type NetworkProps = {
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly keys: Keys;
  /** Names of the functions that others begin. */
  readonly backgrounds: readonly string[];
  readonly flowLog: ILogGroup;
  /** How functions reach the language model. */
  readonly generator: GeneratorReach;
};

/**
 * The network of sandboxes and of the functions that call them. There is no way to or from the internet: no
 * gateway, no NAT. What functions need of AWS, they reach by endpoints, and these let nothing through but this
 * installation's own tables, bucket, keys and background functions. Only where the operator chose a language model of
 * another provider is there a way out, from subnets of the functions alone; sandboxes stay where there is none.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly functions: SecurityGroup;
  readonly sandboxes: SecurityGroup;

  readonly #functionSubnets: SubnetType;

  constructor(
    scope: Construct,
    id: string,
    { tables, buckets, keys, backgrounds, flowLog, generator }: NetworkProps,
  ) {
    super(scope, id);
    const internet = generator === 'internet';
    this.#functionSubnets = internet ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: 2,
      natGateways: internet ? 1 : 0,
      subnetConfiguration: [
        { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        ...(internet ? subnetsWithEgress : []),
      ],
      // Nothing is in the default group; emptying it takes a custom resource that counts on the runtime's SDK.
      restrictDefaultSecurityGroup: false,
    });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(flowLog),
      trafficType: FlowLogTrafficType.ALL,
    });

    const endpoints = this.#group('Endpoints', 'Endpoints of AWS services');
    this.functions = this.#group('Functions', 'Functions that call sandboxes');
    this.sandboxes = this.#group('Sandboxes', 'Sandboxes: they call nobody');
    this.#allow(this.functions, this.sandboxes, sandboxPort, 'jobs');
    this.#allow(this.functions, endpoints, 443, 'KMS and Lambda');
    // Gateway endpoints have no group of their own, and the ids of their prefix lists differ by region. Nothing
    // else lies beyond: there is no route out.
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
    this.#gateway('S3', GatewayVpcEndpointAwsService.S3).addToPolicy(
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
      // Which model, is for the caller's role to say.
      this.#interface('Bedrock', InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME, endpoints).addToPolicy(
        through(['bedrock:InvokeModel'], ['*']),
      );
    }
    this.#interface('Lambda', InterfaceVpcEndpointAwsService.LAMBDA, endpoints).addToPolicy(
      through(
        ['lambda:InvokeFunction'],
        backgrounds.map((name) => functionArn(this, name)),
      ),
    );
  }

  /** An endpoint in this network through which a private API is reached, from the networks that are named. */
  addApiEndpoint(clients: readonly string[]): InterfaceVpcEndpoint {
    const group = this.#group('ApiClients', 'Callers of the private API');
    for (const network of [cidr, ...clients]) {
      group.addIngressRule(Peer.ipv4(network), Port.tcp(443), 'callers of the API');
    }
    return this.#interface('Api', InterfaceVpcEndpointAwsService.APIGATEWAY, group);
  }

  /** Where the functions run that call sandboxes. */
  get placement() {
    return {
      vpc: this.vpc,
      vpcSubnets: { subnetType: this.#functionSubnets },
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

/** What an endpoint lets through; whether the caller may do it is for the caller's own role. */
function through(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources });
}
