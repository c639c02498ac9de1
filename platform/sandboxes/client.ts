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
/** What a sandbox may take beyond a job's own time: the wait for its turn, the end of the run, the way back. */
const graceMs = 60_000;
/** A run may take 15 minutes, and wait as long for its turn. */
const attachMs = 60 * 60_000;
const peekMs = 10_000;
const maxAnswerBytes = limits.resultFiles.bytesInAll + 8 * 1024 * 1024;

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
    this.#sealer = new Sealer(native, publicKey);
  }

  /** @throws NoSandboxFree where its queue is full; SandboxUnavailable where it has no such language; SandboxLost */
  async run(job: Job, { onOutput }: RunOptions = {}): Promise<JobResult> {
    const sealed = this.#seal(job);
    const replies = new Replies(sealed, onOutput);
    await this.#start(onOutput ? '/run?output=live' : '/run', job, sealed, replies);
    return replies.result();
  }

  /** @throws as `run` */
  async runOrHandOver(job: Job, waitMs: number): Promise<JobResult | Detached> {
    const sealed = this.#seal(job);
    const replies = new Replies(sealed);
    const status = await this.#start(`/run?wait=${Math.round(waitMs)}`, job, sealed, replies);
    return status === 202 ? { repliesSecret: sealed.exportRepliesSecret() } : replies.result();
  }

  /** @throws RunLost, SandboxLost, the signal's reason once it aborts */
  async attach(
    executionId: string,
    secret: Uint8Array,
    { onOutput, signal }: AttachOptions = {},
  ): Promise<JobResult> {
    const replies = await this.#read(`/attach/${executionId}`, secret, onOutput, attachMs, signal);
    return replies.result();
  }

  /** @throws RunLost, SandboxLost */
  async peek(
    executionId: string,
    secret: Uint8Array,
    { onOutput }: RunOptions = {},
  ): Promise<JobResult | undefined> {
    const replies = await this.#read(`/attach/${executionId}?wait=0`, secret, onOutput, peekMs);
    return replies.resultIfEnded();
  }

  async acknowledge(executionId: string): Promise<void> {
    await this.#post(`/forget/${executionId}`, undefined, peekMs);
  }

  /** Succeeds where there is no such run: then it has ended. */
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

  /** @returns 200 where it has ended, 202 where it was handed over */
  async #start(path: string, job: Job, { box }: SealedRequest, replies: Replies): Promise<200 | 202> {
    const answer = this.#post(path, box, job.timeoutMs + graceMs, { onData: (chunk) => replies.take(chunk) });
    // While the sandbox works there is time for a part of the next job.
    setImmediate(() => this.#sealer.prepare());
    const { status, body } = await answer;
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

  /** @param onData is given the body of an answer of 200 as it comes */
  #post(
    path: string,
    body: Uint8Array | undefined,
    timeoutMs: number,
    { onData, signal }: { readonly onData?: (chunk: Buffer) => void; readonly signal?: AbortSignal } = {},
  ): Promise<Answer> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const lost = (why: string) =>
      reject(signal?.aborted ? signal.reason : new SandboxLost(`the sandbox does not answer: ${why}`));
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
          if (size > maxAnswerBytes) outgoing.destroy(new Error('its answer is too large'));
          if (incoming.statusCode === 200 && onData) onData(chunk);
          else chunks.push(chunk);
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

/** The replies to one job, opened as they come. */
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
    if (!result) throw new SandboxLost('the answer of the sandbox was cut off');
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
      this.#fault = new SandboxLost('the answer is not the one of the sandbox that the job was sealed to');
    }
    return undefined;
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
