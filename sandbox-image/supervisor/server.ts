import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../../crypto/providers/native.ts';
import type { XWingPrivateKey } from '../../crypto/providers/primitives.ts';
import { type OpenedRequest, open, SealedBoxRejected } from '../../crypto/zk/sealed-box.ts';
import {
  CodeNotOpened,
  type Isolation,
  type OutputChunk,
  SandboxLost,
  SandboxUnavailable,
} from '../protocol/job.ts';
import { decodeJob, encodeJob, MalformedFrame, maxSealedJobBytes, runAad } from '../protocol/wire.ts';
import { NoSuchPackages } from './bundles.ts';
import type { Listen } from './config.ts';
import { openCode } from './encrypted-code.ts';
import { jobFault } from './job.ts';
import { KeptRuns } from './kept-runs.ts';
import type { Replies } from './replies.ts';
import { Busy, Replayed, type Runner } from './runner.ts';

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What is to be known of a sandbox before it gets a job. */
export type Identity = {
  /** On Fargate. */
  readonly taskId: string | undefined;
  readonly publicKeyB64: string;
  readonly isolation: Isolation;
};

type Runs = { readonly runner: Runner; readonly kept: KeptRuns };

const octets = 'application/octet-stream';

/**
 * - `POST /run`: a sealed job in, its sealed result out. `?output=live`: before it what the program writes, as it
 *   comes. `?wait=ms`: 202 once that time is over, and the replies are kept.
 * - `POST /attach/{executionId}`: the sealed replies to a run from the first on, as they come; `?wait=0`: those that
 *   are there.
 * - `POST /ack/{executionId}`: the replies to a run that has ended were read.
 * - `POST /stop/{executionId}`, `GET /health`.
 * - `GET /key`: the public key, and which task this is.
 *
 * Callers prove nothing: whoever reaches this may have a program run, but reads no result but their own, and an
 * execution id is not to be guessed. Who reaches it is the network's business.
 */
export function createSandboxServer(key: XWingPrivateKey, runner: Runner, identity: Identity): Server {
  const runs = { runner, kept: new KeptRuns() };
  const server = createServer((request, response) => {
    route(key, runs, identity, request, response).catch((error: unknown) => refuse(response, error));
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
  runs: Runs,
  identity: Identity,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  const [, action, id] = /^\/(\w+)(?:\/([\w-]+))?$/.exec(pathname) ?? [];
  if (pathname === '/run' && request.method === 'POST') {
    await run(key, runs, request, response, searchParams);
    return;
  }
  request.resume();
  if (pathname === '/health' && request.method === 'GET') {
    send(response, 200, 'application/json', JSON.stringify({ ready: true, ...runs.runner.load }));
  } else if (pathname === '/key' && request.method === 'GET') {
    send(response, 200, 'application/json', JSON.stringify(identity));
  } else if (action === 'stop' && id && request.method === 'POST') {
    if (!runs.runner.stop(id)) throw new Refusal(404, 'no such execution');
    response.writeHead(204).end();
  } else if (action === 'attach' && id && request.method === 'POST') {
    const { replies } = runs.kept.get(id) ?? refuseUnknown();
    const sealed = replies.sealed();
    if (searchParams.get('wait') === '0') send(response, 200, octets, sealed);
    else {
      response.writeHead(200, { 'content-type': octets }).flushHeaders();
      follow(replies, response);
    }
  } else if (action === 'ack' && id && request.method === 'POST') {
    runs.kept.forget(id);
    response.writeHead(204).end();
  } else {
    throw new Refusal(404, 'no such resource');
  }
}

function refuseUnknown(): never {
  throw new Refusal(404, 'no such execution');
}

async function run(
  key: XWingPrivateKey,
  { runner, kept }: Runs,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  if (request.headers['content-type'] !== octets) throw new Refusal(415, 'not octet-stream');
  const { plaintext, ...seal } = unseal(key, await readBody(request));
  const { executionId, start } = await prepare(key, runner, plaintext);
  const { replies, ended } = kept.start(executionId, seal, start);
  // Nothing has to be kept of a run whose caller has the answer.
  response.once('finish', () => response.statusCode !== 202 && kept.forget(executionId));
  if (query.get('output') === 'live') {
    follow(replies, response);
    return;
  }
  const wait = query.get('wait');
  if (wait !== null && !(await endsWithin(ended, Number(wait)))) {
    send(response, 202, octets, '');
    return;
  }
  await ended;
  send(response, 200, octets, replies.sealed());
}

/** @throws MalformedFrame, Refusal, CodeNotOpened */
async function prepare(key: XWingPrivateKey, runner: Runner, plaintext: Uint8Array) {
  let frame = plaintext;
  const wipe = () => {
    plaintext.fill(0);
    frame.fill(0);
  };
  try {
    const sent = decodeJob(plaintext);
    const fault = jobFault(sent);
    if (fault) throw new Refusal(400, fault);
    // Where packages come from is for this process to know, and for no program.
    const { packagesFrom, ...own } = sent;
    const job = await openCode(key, own);
    if (packagesFrom || sent.encrypted) frame = encodeJob(job);
    const start = (onOutput: (chunk: OutputChunk) => void) =>
      runner.run(job, frame, onOutput, packagesFrom).finally(wipe);
    return { executionId: job.executionId, start };
  } catch (error) {
    wipe();
    throw error;
  }
}

async function endsWithin(ended: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const over = new AbortController();
  const time = sleep(milliseconds, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([ended.then(() => true), time]);
  } finally {
    over.abort();
  }
}

/** Sends a caller all replies to a run, as they come. Without one before, a failure is an answer of its own. */
function follow(replies: Replies, response: ServerResponse): void {
  const begin = () => response.headersSent || response.writeHead(200, { 'content-type': octets });
  const detach = replies.attach({
    onReply: (frame) => {
      begin();
      response.write(frame);
    },
    onEnd: () => response.end(),
    onFailure: (error) => refuse(response, error),
  });
  response.once('close', detach);
}

function unseal(key: XWingPrivateKey, box: Uint8Array): OpenedRequest {
  try {
    return open(native, key, box, runAad);
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
