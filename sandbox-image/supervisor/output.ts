import type { Socket } from 'node:net';

/** An output stream of a run. It is kept up to a limit, and read to its end so that the program never blocks. */
export class Output {
  /** Resolves when the last writer has closed the stream. */
  readonly closed: Promise<void>;
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  readonly #onKept: ((chunk: Buffer) => void) | undefined;
  #size = 0;
  #truncated = false;

  /** @param onKept receives what is kept, as it arrives */
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
    // Copy it: the chunk is a view of a larger buffer, which would stay in memory.
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#size += kept.length;
    this.#onKept?.(kept);
  }
}
