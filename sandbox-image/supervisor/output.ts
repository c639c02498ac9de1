import type { Socket } from 'node:net';

/** One output stream of a run: kept up to a limit, read to its end whatever comes, so that the program goes on. */
export class Output {
  /** Resolves when the last writer is gone. */
  readonly closed: Promise<void>;
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  readonly #onKept: ((chunk: Buffer) => void) | undefined;
  #size = 0;
  #truncated = false;

  /** @param onKept is given what is kept, as it comes */
  constructor(stream: Socket, limit: number, onKept?: (chunk: Buffer) => void) {
    this.#limit = limit;
    this.#onKept = onKept;
    this.closed = new Promise((resolve) => stream.once('close', () => resolve()));
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #take(chunk: Buffer): void {
    const room = this.#limit - this.#size;
    if (chunk.length > room) this.#truncated = true;
    if (room <= 0) return;
    // A copy: the chunk is a view of a buffer that would be kept alive whole.
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#size += kept.length;
    this.#onKept?.(kept);
  }
}
