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

/** Calls a route's handler in this process, as its function's runtime would. */
export async function invoke(route: RouteRecord, { params, query, body, headers }: Invocation = {}) {
  const file = `../../lambdas/${operationFile(route.operationId)}`;
  const { handler } = (await import(file)) as { handler: StreamHandler };
  const requestId = randomUUID();
  const event = {
    resource: route.path,
    path: route.path,
    httpMethod: route.method,
    headers: { 'content-type': 'application/json', ...headers },
    queryStringParameters: query ?? null,
    pathParameters: params ?? null,
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { requestId, identity: { sourceIp: '127.0.0.1' } },
  } as unknown as APIGatewayProxyEvent;
  const { statusCode, body: answered } = await handler(event, { awsRequestId: requestId } as Context);
  return { status: statusCode, text: typeof answered === 'string' ? answered : await text(answered) };
}
