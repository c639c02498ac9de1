import { Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  ApiDefinition,
  CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  SecurityPolicy,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { InterfaceVpcEndpoint, type IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { RouteRecord } from '../contract/define-route.ts';
import { apiDefinition } from './api-definition.ts';
import { ApiInvoker } from './api-invoker.ts';

const stageName = 'live';
/** Calls a second of all callers together, and how many may come at once; what one caller may is the functions' to say. */
const throttling = { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 };

/** No path, no query, no header: they name and hold what is the callers' own. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTimeEpoch(),
    ip: AccessLogField.contextIdentitySourceIp(),
    method: AccessLogField.contextHttpMethod(),
    route: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    gatewayError: AccessLogField.contextErrorResponseType(),
    integrationStatus: AccessLogField.contextIntegrationStatus(),
    integrationMs: AccessLogField.contextIntegrationLatency(),
    durationMs: AccessLogField.contextResponseLatency(),
    bytes: AccessLogField.contextResponseLength(),
  }),
);

export type ApiProps = {
  readonly functions: ReadonlyMap<RouteRecord, LambdaFunction>;
  /** Where there are any, the API is reached through them alone. */
  readonly vpcEndpointIds: readonly string[];
  readonly webAcl: string | undefined;
  readonly accessLog: ILogGroup;
};

/** The front door: one REST API with a route for each operation. */
export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { functions, vpcEndpointIds, webAcl, accessLog }: ApiProps) {
    super(scope, id);
    const { stackName, partition, region } = Stack.of(this);
    const { role } = new ApiInvoker(this, 'Invoker', [...functions.values()]);
    const invokeArn = (route: RouteRecord) => {
      const [version, action] = route.stream
        ? ['2021-11-15', 'response-streaming-invocations']
        : ['2015-03-31', 'invocations'];
      return `arn:${partition}:apigateway:${region}:lambda:path/${version}/functions/${functions.get(route)?.functionArn}/${action}`;
    };
    const isPrivate = vpcEndpointIds.length > 0;
    const api = new SpecRestApi(this, 'Rest', {
      restApiName: stackName,
      apiDefinition: ApiDefinition.fromInline(
        apiDefinition(stackName, [...functions.keys()], { arnOf: invokeArn, roleArn: role.roleArn }),
      ),
      endpointConfiguration: isPrivate
        ? { types: [EndpointType.PRIVATE], vpcEndpoints: this.#endpoints(vpcEndpointIds) }
        : { types: [EndpointType.REGIONAL] },
      ...(isPrivate && { policy: onlyThrough(vpcEndpointIds) }),
      cloudWatchRole: true,
      deployOptions: {
        stageName,
        ...throttling,
        // What fails inside of API Gateway itself, such as a function that it may not call; no request is logged.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat,
      },
    });
    const { defaultChild } = api.node;
    if (defaultChild instanceof CfnRestApi) {
      // TLS 1.2 and later with forward secrecy, post-quantum key exchange for those who can; the default is TLS 1.0.
      defaultChild.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
      defaultChild.endpointAccessMode = EndpointAccessMode.BASIC;
    }
    // One output for the address, under a name that lasts.
    api.node.tryRemoveChild('Endpoint');
    this.url = api.url;

    if (webAcl) {
      new CfnWebACLAssociation(this, 'WebAcl', {
        resourceArn: api.deploymentStage.stageArn,
        webAclArn: webAcl,
      });
    }
    explain(api);
  }

  #endpoints(ids: readonly string[]): IVpcEndpoint[] {
    return ids.map((vpcEndpointId, position) =>
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(this, `Endpoint${position}`, {
        vpcEndpointId,
        port: 443,
      }),
    );
  }
}

/** A private API wants a policy; without one nobody may call it. */
function onlyThrough(vpcEndpointIds: readonly string[]): PolicyDocument {
  const call = {
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
  };
  return new PolicyDocument({
    statements: [
      new PolicyStatement(call),
      new PolicyStatement({
        ...call,
        effect: Effect.DENY,
        conditions: { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } },
      }),
    ],
  });
}

function explain(api: SpecRestApi): void {
  Validations.of(api).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason:
        'Each function checks its requests itself, by the schema of its route, and names what is wrong.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason:
        'Callers are limited one by one, by credential and address, in the functions. A web ACL is the ' +
        'organisation’s own: -c webAcl=ARN puts one before the API.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason:
        'The role is the account’s, for all of its APIs, and this is the policy that API Gateway asks for.',
    },
  );
}
