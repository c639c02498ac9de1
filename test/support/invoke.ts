import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { RouteRecord } from '../../contract/define-route.ts';
import { operationFile } from '../../contract/operation-file.ts';
import type { StreamHandler } from '../../lambdas/pipeline/endpoint.ts';

export type Invocation = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Calls a route's handler in this process, as its function's runtime does. */
export async function invoke(route: RouteRecord, invocation: Invocation = {}) {
  const file = `../../lambdas/${operationFile(route.operationId)}`;
  const { handler } = (await import(file)) as { handler: StreamHandler };
  const event = proxyEvent(route, invocation);
  const { requestId } = event.requestContext;
  const { statusCode, body } = await handler(event, { awsRequestId: requestId } as Context);
  return { status: statusCode, text: typeof body === 'string' ? body : await text(body) };
}

/** Returns the event that API Gateway sends to a route's function. */
export function proxyEvent(
  route: RouteRecord,
  { params, query, body, headers }: Invocation,
): APIGatewayProxyEvent {
  return {
    resource: route.path,
    path: route.path,
    httpMethod: route.method,
    headers: { 'content-type': 'application/json', ...headers },
    queryStringParameters: query ?? null,
    pathParameters: params ?? null,
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), identity: { sourceIp: '127.0.0.1' } },
  } as unknown as APIGatewayProxyEvent;
}
