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
/** Requests per second and burst of all callers together. The functions limit each caller. */
const throttling = { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 };

/** Contains no path, query or header, because they contain data of callers. */
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
  /** If there are any, the API can be reached only through them. */
  readonly vpcEndpointIds: readonly string[];
  readonly webAcl: string | undefined;
  readonly accessLog: ILogGroup;
};

/** One REST API with a route for each operation. */
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
        // Logs failures in API Gateway itself, such as a function that it may not invoke, but no request.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat,
      },
    });
    const { defaultChild } = api.node;
    if (defaultChild instanceof CfnRestApi) {
      // TLS 1.2 and later with forward secrecy, and post-quantum key exchange if the caller supports it. The default is
      // TLS 1.0.
      defaultChild.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
      defaultChild.endpointAccessMode = EndpointAccessMode.BASIC;
    }
    // The stack has its own output for the address, under a stable name.
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

/** A private API needs a policy; without one, no caller may invoke it. */
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
        'Each function validates its requests by the schema of its route, and names each invalid field.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason:
        'The functions limit each caller, by credential and address. An organization adds its own web ACL ' +
        'with -c webAcl=ARN.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The role serves all APIs of the account, and API Gateway requires this policy for it.',
    },
  );
}
