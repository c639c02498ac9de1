import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { RouteRecord } from '../../contract/define-route.ts';

type Request = {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly route: RouteRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
};

/**
 * Returns the event that API Gateway's Lambda proxy integration creates for a request ("Input format of a Lambda function
 * for proxy integration"), with the fields that handlers of this project may read.
 */
export function proxyEvent({
  incoming,
  body,
  route,
  params,
  path,
  query,
  requestId,
}: Request): APIGatewayProxyEvent {
  const multiValueHeaders = Object.fromEntries(
    Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values ?? []]),
  );
  const multiValueQuery = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  return {
    resource: route.path,
    path,
    httpMethod: route.method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: query.size > 0 ? lastOf(multiValueQuery) : null,
    multiValueQueryStringParameters: query.size > 0 ? multiValueQuery : null,
    pathParameters: Object.keys(params).length > 0 ? { ...params } : null,
    stageVariables: null,
    body: body.length > 0 ? body.toString('utf8') : null,
    isBase64Encoded: false,
    requestContext: {
      requestId,
      identity: { sourceIp: incoming.socket.remoteAddress ?? '' },
    } as APIGatewayProxyEvent['requestContext'],
  };
}

/** Returns what the Lambda runtime would tell a function about its invocation. */
export function lambdaContext({ operationId, timeoutSeconds = 29 }: RouteRecord, requestId: string): Context {
  const deadline = Date.now() + timeoutSeconds * 1000;
  return {
    awsRequestId: requestId,
    functionName: operationId,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  } as Context;
}

function lastOf(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}
