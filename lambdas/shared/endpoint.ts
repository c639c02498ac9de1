import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda';
import type { RouteRecord } from '../contract/define-route.ts';
import { readCall } from './call.ts';
import { logger } from './logger.ts';
import type { Operation } from './operation.ts';
import { perform } from './perform.ts';
import { refuse, respond } from './respond.ts';

export type ApiHandler = (
  event: APIGatewayProxyEvent,
  context: LambdaContext,
) => Promise<APIGatewayProxyResult>;

type Middleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** The one stack that every endpoint stands on: log, error shape, then the call itself. */
export function endpoint<R extends RouteRecord>(route: R, operation: NoInfer<Operation<R>>): ApiHandler {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(requestLog(route))
    .use(errorShape(route))
    .handler(async (event) => {
      const call = readCall(route, event, new Date());
      const performed = await perform(route, operation, call);
      return 'error' in performed
        ? refuse(route, call.requestId, performed.error, performed.admission)
        : respond(route, call.requestId, performed.answer, performed.admission);
    }) as ApiHandler;
}

/** A line a request: what was called, how it ended, how long it took. */
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

/** What was not foreseen is a 500 in the shape of all errors. */
function errorShape(route: RouteRecord): Middleware {
  return {
    onError: (request) => {
      request.response = refuse(route, request.event.requestContext.requestId, request.error, undefined);
    },
  };
}
