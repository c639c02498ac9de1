import { Agent, request } from 'node:http';
import { limits } from '../../contract/limits.ts';
import { native } from '../../crypto/providers/native.ts';
import { type ReplyOpener, repliesOf, type SealedRequest, Sealer } from '../../crypto/zk/sealed-box.ts';
import {
  type CodeFault,
  CodeNotOpened,
  type Job,
  type JobResult,
  type OutputChunk,
  SandboxLost,
  SandboxUnavailable,
} from '../../sandbox-image/protocol/job.ts';
import {
  decodeOutput,
  decodeResult,
  encodeJob,
  ReplyReader,
  runAad,
} from '../../sandbox-image/protocol/wire.ts';
import { type AttachOptions, type Detached, NoSandboxFree, RunLost, type RunOptions } from '../sandboxes.ts';

const connectMs = 5_000;
/** Time beyond the timeout of a job: for waiting in the queue, ending the run and returning the result. */
const graceMs = 60_000;
/** A run may take 15 minutes, and wait as long for its turn. */
const attachMs = 60 * 60_000;
const pollMs = 10_000;
const maxResponseBytes = limits.resultFiles.bytesInAll + 8 * 1024 * 1024;

type SandboxResponse = { readonly status: number; readonly body: Buffer };

/** Sends sealed jobs to one sandbox and opens its sealed replies, over HTTP on TCP or a unix socket. */
export class SandboxClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #at: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  readonly #sealer: Sealer;

  /** @param url `http://host:port` or `unix:/path` */
  constructor(url: string, publicKey: Uint8Array) {
    const { hostname, port } = url.startsWith('unix:') ? { hostname: '', port: '' } : new URL(url);
    this.#at = hostname ? { host: hostname, port: Number(port) } : { socketPath: url.slice('unix:'.length) };
    this.#sealer = new Sealer(native, publicKey);
  }

  /** @throws NoSandboxFree if its queue is full; SandboxUnavailable if it lacks the language; SandboxLost */
  async run(job: Job, { onOutput }: RunOptions = {}): Promise<JobResult> {
    const sealed = this.#seal(job);
    const replies = new Replies(sealed, onOutput);
    await this.#start(onOutput ? '/run?output=live' : '/run', job, sealed, replies);
    return replies.result();
  }

  /** @throws the same errors as `run` */
  async runOrDetach(job: Job, waitMs: number): Promise<JobResult | Detached> {
    const sealed = this.#seal(job);
    const replies = new Replies(sealed);
    const status = await this.#start(`/run?wait=${Math.round(waitMs)}`, job, sealed, replies);
    return status === 202 ? { repliesSecret: sealed.exportRepliesSecret() } : replies.result();
  }

  /** @throws RunLost; SandboxLost; the reason of the signal once it aborts */
  async attach(
    executionId: string,
    secret: Uint8Array,
    { onOutput, signal }: AttachOptions = {},
  ): Promise<JobResult> {
    const replies = await this.#read(`/attach/${executionId}`, secret, onOutput, attachMs, signal);
    return replies.result();
  }

  /** @throws RunLost, SandboxLost */
  async poll(
    executionId: string,
    secret: Uint8Array,
    { onOutput }: RunOptions = {},
  ): Promise<JobResult | undefined> {
    const replies = await this.#read(`/attach/${executionId}?wait=0`, secret, onOutput, pollMs);
    return replies.resultIfEnded();
  }

  async ack(executionId: string): Promise<void> {
    await this.#post(`/ack/${executionId}`, undefined, pollMs);
  }

  /** Succeeds if the sandbox does not know the run: then it has ended. */
  async stop(executionId: string): Promise<void> {
    const { status } = await this.#post(`/stop/${encodeURIComponent(executionId)}`, undefined, graceMs);
    if (status !== 204 && status !== 404) throw new Error(`the sandbox refused to stop a run with ${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #seal(job: Job): SealedRequest {
    const frame = encodeJob(job);
    const sealed = this.#sealer.seal(frame, runAad);
    frame.fill(0);
    return sealed;
  }

  /** @returns 200 if the run has ended, 202 if it was detached */
  async #start(path: string, job: Job, { box }: SealedRequest, replies: Replies): Promise<200 | 202> {
    const response = this.#post(path, box, job.timeoutMs + graceMs, {
      onData: (chunk) => replies.take(chunk),
    });
    // While the sandbox works, half of the work of sealing the next job can be done.
    setImmediate(() => this.#sealer.prepare());
    const { status, body } = await response;
    if (status === 200 || status === 202) return status;
    if (status === 429) throw new NoSandboxFree('too many runs are waiting in this sandbox');
    if (status === 502) throw new SandboxLost(`the sandbox lost the run: ${reason(body)}`);
    if (status === 422) throw new CodeNotOpened(reason(body) as CodeFault);
    if (status === 501) throw new SandboxUnavailable(reason(body));
    throw new Error(`the sandbox refused the job with ${status}: ${reason(body)}`);
  }

  async #read(
    path: string,
    secret: Uint8Array,
    onOutput: RunOptions['onOutput'],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Replies> {
    const replies = new Replies(repliesOf(native, secret, runAad), onOutput);
    const onData = (chunk: Buffer) => replies.take(chunk);
    const { status, body } = await this.#post(path, undefined, timeoutMs, { onData, signal });
    if (status === 200) return replies;
    throw new RunLost(reason(body));
  }

  /** @param onData receives the body of a 200 response as it arrives */
  #post(
    path: string,
    body: Uint8Array | undefined,
    timeoutMs: number,
    { onData, signal }: { readonly onData?: (chunk: Buffer) => void; readonly signal?: AbortSignal } = {},
  ): Promise<SandboxResponse> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<SandboxResponse>();
    const lost = (why: string) =>
      reject(signal?.aborted ? signal.reason : new SandboxLost(`the sandbox does not respond: ${why}`));
    const outgoing = request(
      {
        ...this.#at,
        path,
        method: 'POST',
        agent: this.#agent,
        ...(signal && { signal }),
        headers: { 'content-type': 'application/octet-stream', 'content-length': body?.length ?? 0 },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxResponseBytes) outgoing.destroy(new Error('its response is too large'));
          if (incoming.statusCode === 200 && onData) onData(chunk);
          else chunks.push(chunk);
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }));
        incoming.on('error', (error) => lost(error.message));
      },
    );
    const timers = [setTimeout(() => outgoing.destroy(new Error('timed out')), timeoutMs)];
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

/** Opens the replies to one job as they arrive. */
class Replies {
  readonly #reader = new ReplyReader();
  readonly #sealed: ReplyOpener;
  readonly #onOutput: ((chunk: OutputChunk) => void) | undefined;
  #last: Uint8Array | undefined;
  #fault: unknown;

  constructor(sealed: ReplyOpener, onOutput?: (chunk: OutputChunk) => void) {
    this.#sealed = sealed;
    this.#onOutput = onOutput;
  }

  take(chunk: Uint8Array): void {
    for (const reply of this.#reader.take(chunk)) {
      if (this.#fault) return;
      const output = this.#open(reply);
      try {
        if (output) this.#onOutput?.(output);
      } catch (error) {
        this.#fault = error;
      }
    }
  }

  result(): JobResult {
    const result = this.resultIfEnded();
    if (!result) throw new SandboxLost('the response of the sandbox is truncated');
    return result;
  }

  resultIfEnded(): JobResult | undefined {
    if (this.#fault) throw this.#fault;
    return this.#last && decodeResult(this.#last);
  }

  #open(reply: Uint8Array): OutputChunk | undefined {
    try {
      const { plaintext, last } = this.#sealed.openNext(reply);
      if (!last) return decodeOutput(plaintext);
      this.#last = plaintext;
    } catch {
      this.#fault = new SandboxLost('the response is not from the sandbox that the job was sealed to');
    }
    return undefined;
  }
}

/** Returns the error message of the sandbox, which never quotes the job. */
function reason(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { error?: unknown }).error);
  } catch {
    return 'no reason given';
  }
}
