import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OpenedRequest, open, SealedBoxRejected } from '../../lambdas/crypto/sealed-box.ts';
import type { XWingPrivateKey } from '../../lambdas/crypto/x-wing.ts';
import {
  decodeJob,
  encodeJob,
  encodeOutput,
  encodeResult,
  frameReply,
  MalformedFrame,
  maxSealedJobBytes,
  runAad,
} from '../../lambdas/platform/sandbox-wire.ts';
import { CodeNotOpened, SandboxLost, SandboxUnavailable } from '../../lambdas/platform/sandboxes.ts';
import type { Listen } from './config.ts';
import { openCode } from './encrypted-code.ts';
import { jobFault } from './job.ts';
import { NoSuchPackages } from './kinds.ts';
import { LiveOutput } from './live-output.ts';
import { Busy, Replayed, type Runner } from './runner.ts';

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * `POST /run` (sealed job in, sealed result out; `?output=live`: before it what the program writes, as it comes),
 * `POST /stop/{executionId}`, `GET /health`.
 *
 * Callers prove nothing: whoever reaches this may have a program run, but reads no result but their own, and an
 * execution id is not to be guessed. Who reaches it is the network's business.
 */
export function createSandboxServer(key: XWingPrivateKey, runner: Runner): Server {
  const server = createServer((request, response) => {
    route(key, runner, request, response).catch((error: unknown) => refuse(response, error));
  });
  // A run may take 15 minutes; its caller waits with an open connection.
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 60_000;
  return server;
}

/** The address as callers write it: `unix:/path` or `http://host:port`. */
export async function listen(server: Server, at: Listen): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve());
  });
  if ('path' in at) {
    chmodSync(at.path, 0o600);
    return `unix:${at.path}`;
  }
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function route(
  key: XWingPrivateKey,
  runner: Runner,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '';
  if (path === '/health' && request.method === 'GET') {
    send(response, 200, 'application/json', JSON.stringify({ ready: true, ...runner.load }));
  } else if ((path === '/run' || path === '/run?output=live') && request.method === 'POST') {
    await run(key, runner, request, response, path !== '/run');
  } else if (path.startsWith('/stop/') && request.method === 'POST') {
    request.resume();
    if (!runner.stop(decodeURIComponent(path.slice('/stop/'.length))))
      throw new Refusal(404, 'no such execution');
    response.writeHead(204).end();
  } else {
    request.resume();
    throw new Refusal(404, 'no such resource');
  }
}

async function run(
  key: XWingPrivateKey,
  runner: Runner,
  request: IncomingMessage,
  response: ServerResponse,
  live: boolean,
): Promise<void> {
  if (request.headers['content-type'] !== 'application/octet-stream')
    throw new Refusal(415, 'not octet-stream');
  const { plaintext, sealNext, sealReply } = unseal(key, await readBody(request));
  let frame = plaintext;
  try {
    const sent = decodeJob(plaintext);
    const fault = jobFault(sent);
    if (fault) throw new Refusal(400, fault);
    const job = await openCode(key, sent);
    if (job !== sent) frame = encodeJob(job);
    const output = live
      ? new LiveOutput((chunk) => {
          if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/octet-stream' });
          response.write(frameReply(sealNext(encodeOutput(chunk))));
        })
      : undefined;
    const result = await runner.run(job, frame, output && ((chunk) => output.take(chunk)));
    output?.flush();
    const last = frameReply(sealReply(encodeResult(result)));
    if (response.headersSent) response.end(last);
    else send(response, 200, 'application/octet-stream', last);
  } finally {
    plaintext.fill(0);
    frame.fill(0);
  }
}

function unseal(key: XWingPrivateKey, box: Uint8Array): OpenedRequest {
  try {
    return open(key, box, runAad);
  } catch (error) {
    if (error instanceof SealedBoxRejected) throw new Refusal(400, 'not sealed to this sandbox');
    throw error;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxSealedJobBytes) throw new Refusal(413, 'the job is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof Refusal) sendError(response, error.status, error.message);
  else if (error instanceof MalformedFrame) sendError(response, 400, error.message);
  else if (error instanceof Busy) sendError(response, 429, error.message);
  else if (error instanceof CodeNotOpened) sendError(response, 422, error.fault);
  else if (error instanceof NoSuchPackages) sendError(response, 400, error.message);
  else if (error instanceof SandboxUnavailable) sendError(response, 501, error.message);
  else if (error instanceof Replayed) sendError(response, 409, error.message);
  else if (error instanceof SandboxLost) sendError(response, 502, error.message);
  // Anything else could quote the job.
  else sendError(response, 500, 'the sandbox failed');
}

function sendError(response: ServerResponse, status: number, message: string): void {
  if (!response.headersSent) send(response, status, 'application/json', JSON.stringify({ error: message }));
  // Replies that end without a last one are a run that was lost.
  else response.destroy();
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
