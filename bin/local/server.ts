import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../lambdas/pipeline/api-error.ts';
import { baseUrlOf } from '../../lambdas/pipeline/base-url.ts';
import type { StreamHandler } from '../../lambdas/pipeline/endpoint.ts';
import { refuseUnrouted, type StreamResult } from '../../lambdas/pipeline/respond.ts';
import { objectsPath } from '../../platform/local/object-urls.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { callOrigin } from './call-origin.ts';
import { lambdaContext, proxyEvent } from './proxy-event.ts';
import type { Router } from './router.ts';

/** API Gateway's "Payload size". */
const gatewayBodyBytes = 10 * 1024 * 1024;

type Parts = {
  readonly router: Router;
  readonly loadHandler: (operationId: string) => Promise<StreamHandler>;
  readonly objects: { handle(request: IncomingMessage, response: ServerResponse): Promise<void> };
};

/** Does for handlers what API Gateway does for functions: finds the route, creates the event, sends the response. */
export function createApplianceServer(parts: Parts): Server {
  const server = createServer((incoming, response) => {
    serve(parts, incoming, response).catch((error: unknown) => {
      logger.error('request failed', describeError(error));
      response.destroy();
    });
  });
  server.requestTimeout = 60_000;
  return server;
}

async function serve(parts: Parts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', search = ''] = split(incoming.url ?? '');
  if (path.startsWith(objectsPath)) return parts.objects.handle(incoming, response);

  const requestId = randomUUID();
  const match = parts.router.find(incoming.method ?? '', path);
  const body = await readBody(incoming);
  const refuse = (error: ApiError) => send(response, refuseUnrouted(error, requestId));
  if (!body) return refuse(new ApiError('PAYLOAD_TOO_LARGE', { headers: { Connection: 'close' } }));
  if (!match) return refuse(new ApiError('NOT_FOUND'));
  if ('allow' in match) {
    return refuse(new ApiError('METHOD_NOT_ALLOWED', { headers: { Allow: match.allow.join(', ') } }));
  }
  const { route, params } = match;
  const query = new URLSearchParams(search);
  const handler = await parts.loadHandler(route.operationId);
  const event = proxyEvent({ incoming, body, route, params, path, query, requestId });
  const origin = baseUrlOf(event, new Map(Object.entries(event.headers as Record<string, string>)));
  const answer = callOrigin.run(origin, () => handler(event, lambdaContext(route, requestId)));
  await send(response, await answer);
}

function split(url: string): [path: string, search: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** @returns undefined if the body is larger than API Gateway accepts; the rest of it is not read */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > gatewayBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function send(
  response: ServerResponse,
  { statusCode, headers = {}, body }: StreamResult,
): Promise<void> {
  const known = { ...headers } as Record<string, string | number>;
  if (typeof body === 'string') {
    response.writeHead(statusCode, { ...known, 'Content-Length': Buffer.byteLength(body) }).end(body);
    return;
  }
  response.writeHead(statusCode, known).flushHeaders();
  // A caller who disconnects early is not an error.
  await pipeline(body, response).catch(() => undefined);
}
