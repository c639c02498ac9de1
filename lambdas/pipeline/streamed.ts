import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { StreamHandler } from './endpoint.ts';

/**
 * Adapts a handler to response streaming: status and headers first, then the body as it is produced (API Gateway,
 * "Set up a Lambda proxy integration with payload response streaming").
 */
export function streamed(handler: StreamHandler) {
  return awslambda.streamifyResponse<APIGatewayProxyEvent, void>(async (event, response, context) => {
    const { body, ...head } = await handler(event, context);
    const stream = typeof body === 'string' ? Readable.from([body]) : body;
    await pipeline(stream, awslambda.HttpResponseStream.from(response, head));
  });
}
