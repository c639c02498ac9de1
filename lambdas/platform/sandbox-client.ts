import { Agent, request } from 'node:http';
import { Sealer } from '../crypto/sealed-box.ts';
import { decodeResult, encodeJob, runAad } from './sandbox-wire.ts';
import {
  type CodeFault,
  CodeNotOpened,
  type Job,
  type JobResult,
  NoSandboxFree,
  SandboxLost,
} from './sandboxes.ts';

const connectMs = 5_000;
/** What a sandbox may take beyond a job's own time: the wait for its turn, the end of the run, the way back. */
const graceMs = 60_000;
const maxAnswerBytes = 16 * 1024 * 1024;

type Answer = { readonly status: number; readonly body: Buffer };

/** Speaks with one sandbox: sealed jobs in, sealed results out, over HTTP on TCP or a unix socket. */
export class SandboxClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #at: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  readonly #sealer: Sealer;

  /** @param url `http://host:port` or `unix:/path` */
  constructor(url: string, publicKey: Uint8Array) {
    const { hostname, port } = url.startsWith('unix:') ? { hostname: '', port: '' } : new URL(url);
    this.#at = hostname ? { host: hostname, port: Number(port) } : { socketPath: url.slice('unix:'.length) };
    this.#sealer = new Sealer(publicKey);
  }

  /** @throws NoSandboxFree where its queue is full; SandboxLost */
  async run(job: Job): Promise<JobResult> {
    const frame = encodeJob(job);
    const sealed = this.#sealer.seal(frame, runAad);
    frame.fill(0);
    const answer = this.#post('/run', sealed.box, job.timeoutMs + graceMs);
    // While the sandbox works there is time for a part of the next job.
    setImmediate(() => this.#sealer.prepare());
    const { status, body } = await answer;
    if (status === 429) throw new NoSandboxFree('too many runs are waiting in this sandbox');
    if (status === 502) throw new SandboxLost(`the sandbox lost the run: ${reason(body)}`);
    if (status === 422) throw new CodeNotOpened(reason(body) as CodeFault);
    if (status !== 200) throw new Error(`the sandbox refused the job with ${status}: ${reason(body)}`);
    return decodeResult(opened(sealed.openReply, body));
  }

  /** Succeeds where there is no such run: then it has ended. */
  async stop(executionId: string): Promise<void> {
    const { status } = await this.#post(`/stop/${encodeURIComponent(executionId)}`, undefined, graceMs);
    if (status !== 204 && status !== 404) throw new Error(`the sandbox refused to stop a run with ${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: Uint8Array | undefined, timeoutMs: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const lost = (why: string) => reject(new SandboxLost(`the sandbox does not answer: ${why}`));
    const outgoing = request(
      {
        ...this.#at,
        path,
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/octet-stream', 'content-length': body?.length ?? 0 },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) outgoing.destroy(new Error('its answer is too large'));
          chunks.push(chunk);
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }));
        incoming.on('error', (error) => lost(error.message));
      },
    );
    const timers = [setTimeout(() => outgoing.destroy(new Error('time-out')), timeoutMs)];
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => outgoing.destroy(new Error('cannot connect')), connectMs);
      timers.push(timer);
      socket.once('connect', () => clearTimeout(timer));
    });
    outgoing.on('error', (error) => lost(error.message));
    outgoing.on('close', () => {
      for (const timer of timers) clearTimeout(timer);
      lost('closed');
    });
    outgoing.end(body);
    return promise;
  }
}

function opened(openReply: (reply: Uint8Array) => Uint8Array, body: Uint8Array): Uint8Array {
  try {
    return openReply(body);
  } catch {
    throw new SandboxLost('the answer is not the one of the sandbox that the job was sealed to');
  }
}

/** The sandbox's own sentence; it never quotes the job. */
function reason(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { error?: unknown }).error);
  } catch {
    return 'no reason given';
  }
}
