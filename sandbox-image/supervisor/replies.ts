import type { OpenedRequest } from '../../crypto/zk/sealed-box.ts';
import type { JobResult, OutputChunk } from '../protocol/job.ts';
import { encodeOutput, encodeResult, frameReply } from '../protocol/wire.ts';
import { LiveOutput } from './live-output.ts';

/** A reader that receives replies as they are sealed. */
export type Reader = {
  onReply(frame: Uint8Array): void;
  onEnd(): void;
  onFailure(error: unknown): void;
};

type Seal = Pick<OpenedRequest, 'sealNext' | 'sealReply'>;

/** More frames than this are merged into one, because a run may write many small chunks. */
const maxFrames = 256;

/**
 * The sealed replies to one job. Each is sealed once and kept, so that all readers receive the same bytes from the
 * start. Output is sealed only once a reader attaches while the program runs, because the result contains it too.
 */
export class Replies {
  readonly #seal: Seal;
  readonly #readers = new Set<Reader>();
  readonly #unsealed: OutputChunk[] = [];
  #frames: Uint8Array[] = [];
  #sizeBytes = 0;
  #live: LiveOutput | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds output of the program, in order. */
  output(chunk: OutputChunk): void {
    if (this.#live) this.#live.take(chunk);
    else this.#unsealed.push(chunk);
  }

  end(result: JobResult): void {
    this.#live?.flush();
    this.#unsealed.length = 0;
    this.#keep(this.#seal.sealReply(encodeResult(result)));
    this.#ended = true;
    for (const reader of this.#readers) reader.onEnd();
    this.#readers.clear();
  }

  fail(error: unknown): void {
    this.#live?.flush();
    this.#unsealed.length = 0;
    this.#failure = { error };
    for (const reader of this.#readers) reader.onFailure(error);
    this.#readers.clear();
  }

  /** Returns all replies so far. @throws the error with which the run failed */
  sealed(): Uint8Array {
    this.#goLive();
    if (this.#failure) throw this.#failure.error;
    return Buffer.concat(this.#frames);
  }

  /** Sends a reader all replies, past and future. @returns a function that detaches the reader */
  attach(reader: Reader): () => void {
    this.#goLive();
    for (const frame of this.#frames) reader.onReply(frame);
    if (this.#ended) reader.onEnd();
    else if (this.#failure) reader.onFailure(this.#failure.error);
    else this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #goLive(): void {
    if (this.#ended || this.#failure) return;
    this.#live ??= new LiveOutput((chunk) => this.#keep(this.#seal.sealNext(encodeOutput(chunk))));
    for (const chunk of this.#unsealed.splice(0)) this.#live.take(chunk);
    this.#live.flush();
  }

  #keep(reply: Uint8Array): void {
    const frame = frameReply(reply);
    this.#frames.push(frame);
    this.#sizeBytes += frame.length;
    if (this.#frames.length > maxFrames) this.#frames = [Buffer.concat(this.#frames)];
    for (const reader of this.#readers) reader.onReply(frame);
  }
}
