import type { OutputChunk } from '../protocol/job.ts';

/** What is written within this time goes out together: a program may write byte by byte. */
const togetherMs = 20;

/** Passes on what a program writes, in its order, the first at once. */
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
    this.#timer = setTimeout(() => this.flush(), togetherMs);
  }

  /** Everything is sent then. */
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
