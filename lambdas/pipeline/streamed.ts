import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { StreamHandler } from './endpoint.ts';

/**
 * Wraps a handler so that Lambda and API Gateway stream its response: first the status and the headers, then the body
 * in pieces ("Set up a Lambda proxy integration with payload response streaming").
 */
export function streamed(handler: StreamHandler) {
  return awslambda.streamifyResponse<APIGatewayProxyEvent, void>(async (event, response, context) => {
    const { body, ...head } = await handler(event, context);
    const stream = typeof body === 'string' ? Readable.from([body]) : body;
    await pipeline(stream, awslambda.HttpResponseStream.from(response, head));
  });
}
