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

/** What callers can learn about a sandbox before they send a job. */
export type Identity = {
  /** On Fargate. */
  readonly taskId: string | undefined;
  readonly publicKeyB64: string;
  readonly isolation: Isolation;
};

type Sandbox = {
  readonly key: XWingPrivateKey;
  readonly runner: Runner;
  readonly kept: KeptRuns;
  readonly identity: Identity;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The execution id in the path, or empty. */
  readonly id: string;
};

type Route = (sandbox: Sandbox, exchange: Exchange) => void | Promise<void>;

const octets = 'application/octet-stream';

/** All routes but `/run` ignore the request body. */
const routes: { readonly [methodAndPath: string]: Route } = {
  /**
   * Takes a sealed job and returns its sealed result. With `?output=live`, the output of the program comes before the
   * result, as it is written. With `?wait=ms`, the response is 202 after that time, and the replies are kept.
   */
  'POST /run': run,
  /** Returns the sealed replies to a run from the first on, as they come; with `?wait=0`, those so far. */
  'POST /attach/{id}': attach,
  /** The replies to a run that has ended were read and can be discarded. */
  'POST /ack/{id}': ({ kept }, { response, id }) => {
    kept.discard(id);
    response.writeHead(204).end();
  },
  'POST /stop/{id}': ({ runner }, { response, id }) => {
    if (!runner.stop(id)) throw new Refusal(404, 'no such execution');
    response.writeHead(204).end();
  },
  'GET /health': ({ runner }, { response }) =>
    send(response, 200, 'application/json', JSON.stringify({ ready: true, ...runner.load })),
  /** Returns the public key, and the id of this task. */
  'GET /key': ({ identity }, { response }) =>
    send(response, 200, 'application/json', JSON.stringify(identity)),
};

/**
 * Creates the HTTP server of a sandbox; see `routes`. It does not authenticate clients: network policy controls access.
 * Anyone who can connect can run programs, but can open only the results of their own jobs, and cannot guess execution
 * ids.
 */
export function createSandboxServer(key: XWingPrivateKey, runner: Runner, identity: Identity): Server {
  const sandbox = { key, runner, identity, kept: new KeptRuns() };
  const server = createServer((request, response) => {
    dispatch(sandbox, request, response).catch((error: unknown) => refuse(response, error));
  });
  // A run may take 15 minutes, during which its caller waits with an open connection.
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 60_000;
  return server;
}

/** Starts to listen. Returns the address for callers: `unix:/path` or `http://host:port`. */
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

async function dispatch(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://sandbox');
  const [, action, id = ''] = /^\/(\w+)(?:\/([\w-]+))?$/.exec(pathname) ?? [];
  const route = routes[`${request.method} /${action}${id && '/{id}'}`];
  if (route !== run) request.resume();
  if (!route) throw new Refusal(404, 'no such resource');
  await route(sandbox, { request, response, query, id });
}

function attach({ kept }: Sandbox, { response, query, id }: Exchange): void {
  const run = kept.get(id);
  if (!run) throw new Refusal(404, 'no such execution');
  const sealed = run.replies.sealed();
  if (query.get('wait') === '0') {
    send(response, 200, octets, sealed);
    return;
  }
  response.writeHead(200, { 'content-type': octets }).flushHeaders();
  follow(run.replies, response);
}

async function run({ key, runner, kept }: Sandbox, { request, response, query }: Exchange): Promise<void> {
  if (request.headers['content-type'] !== octets)
    throw new Refusal(415, `the content type must be ${octets}`);
  const { plaintext, ...seal } = unseal(key, await readBody(request));
  const { executionId, start } = await prepare(key, runner, plaintext);
  const { replies, ended } = kept.start(executionId, seal, start);
  // Keep nothing of a run whose caller has the result.
  response.once('finish', () => response.statusCode !== 202 && kept.discard(executionId));
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
    // Programs must not learn the URLs of packages.
    const { packagesFrom, ...rest } = sent;
    const job = await openCode(key, rest);
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
  const settled = new AbortController();
  const timeout = sleep(milliseconds, false, { signal: settled.signal }).catch(() => false);
  try {
    return await Promise.race([ended.then(() => true), timeout]);
  } finally {
    settled.abort();
  }
}

/** Sends all replies to a run as they come. A failure before the first reply gets a status of its own. */
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
    if (error instanceof SealedBoxRejected) throw new Refusal(400, 'the job is not sealed to this sandbox');
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

/** Errors whose message callers may see. */
const statuses = [
  [MalformedFrame, 400],
  [NoSuchPackages, 400],
  [Replayed, 409],
  [Busy, 429],
  [SandboxUnavailable, 501],
  [SandboxLost, 502],
] as const;

function refuse(response: ServerResponse, error: unknown): void {
  const { status, message } = refusalOf(error);
  // Replies that end without a last one tell the caller that the run was lost.
  if (response.headersSent) response.destroy();
  else send(response, status, 'application/json', JSON.stringify({ error: message }));
}

function refusalOf(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof Refusal) return error;
  if (error instanceof CodeNotOpened) return { status: 422, message: error.fault };
  for (const [type, status] of statuses) {
    if (error instanceof type) return { status, message: error.message };
  }
  // Any other message could quote the job.
  return { status: 500, message: 'internal error of the sandbox' };
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
