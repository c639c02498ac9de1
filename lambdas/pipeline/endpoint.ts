import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda';
import type { RouteRecord } from '../../contract/define-route.ts';
import { logger } from '../../platform/logger.ts';
import type { Operation, StreamOperation } from './operation.ts';
import { parseRequest } from './request.ts';
import { respond, respondError, respondStream, type StreamResult } from './respond.ts';
import { runOperation } from './run-operation.ts';

export type ApiHandler = (
  event: APIGatewayProxyEvent,
  context: LambdaContext,
) => Promise<APIGatewayProxyResult>;

/** Like `ApiHandler`, but the body may be a stream. */
export type StreamHandler = (event: APIGatewayProxyEvent, context: LambdaContext) => Promise<StreamResult>;

type Middleware = MiddlewareObj<APIGatewayProxyEvent, StreamResult>;

/** Returns the handler of a route: request log, error shape, then the pipeline and the operation. */
export function endpoint<R extends RouteRecord>(route: R, operation: NoInfer<Operation<R>>): ApiHandler {
  return stack(route, operation, respond) as ApiHandler;
}

/** Like `endpoint`, for an operation that responds with a stream of what its route declares, such as events. */
export function streamEndpoint<R extends RouteRecord>(
  route: R,
  operation: NoInfer<StreamOperation<R>>,
): StreamHandler {
  return stack(route, operation as unknown as Operation<R>, respondStream);
}

function stack<R extends RouteRecord>(
  route: R,
  operation: Operation<R>,
  toResponse: (...args: Parameters<typeof respond>) => StreamResult,
): StreamHandler {
  return middy<APIGatewayProxyEvent, StreamResult>()
    .use(requestLog(route))
    .use(errorShape(route))
    .handler(async (event) => {
      const request = parseRequest(route, event, new Date());
      const outcome = await runOperation(route, operation, request);
      return 'error' in outcome
        ? respondError(route, request.requestId, outcome.error, outcome.admission)
        : toResponse(route, request.requestId, outcome.result, outcome.admission);
    }) as StreamHandler;
}

/** Logs one line per request: operation, status, duration. */
function requestLog(route: RouteRecord): Middleware {
  const started = new WeakMap<object, number>();
  const write: Middleware['after'] = ({ event, response }) => {
    logger.info('request', {
      requestId: event.requestContext.requestId,
      operationId: route.operationId,
      status: response?.statusCode,
      durationMs: Math.round(performance.now() - (started.get(event) ?? Number.NaN)),
    });
  };
  return {
    before: ({ event }) => {
      started.set(event, performance.now());
    },
    after: write,
    onError: write,
  };
}

/** Turns an unexpected error into a 500 in the common error shape. */
function errorShape(route: RouteRecord): Middleware {
  return {
    onError: (request) => {
      request.response = respondError(
        route,
        request.event.requestContext.requestId,
        request.error,
        undefined,
      );
    },
  };
}
