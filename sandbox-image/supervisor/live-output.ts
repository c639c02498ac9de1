import type { OutputChunk } from '../protocol/job.ts';

/** Output within this time is sent together, because a program may write byte by byte. */
const batchMs = 20;

/** Forwards the output of a program in order, the first chunk immediately. */
export class LiveOutput {
  readonly #send: (chunk: OutputChunk) => void;
  readonly #held: OutputChunk[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (chunk: OutputChunk) => void) {
    this.#send = send;
  }

  take(chunk: OutputChunk): void {
    this.#held.push(chunk);
    if (this.#timer) return;
    this.#release();
    this.#timer = setTimeout(() => this.flush(), batchMs);
  }

  /** Sends everything that is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#release();
  }

  #release(): void {
    const held = this.#held.splice(0);
    for (let at = 0; at < held.length; ) {
      const stream = held[at]?.stream ?? 'stdout';
      let end = at;
      while (held[end]?.stream === stream) end += 1;
      this.#send({ stream, bytes: Buffer.concat(held.slice(at, end).map(({ bytes }) => bytes)) });
      at = end;
    }
  }
}
