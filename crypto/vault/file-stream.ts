import { concat, cut, lengthOf, type Pieces } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import {
  chunkBytes,
  chunkOffset,
  type FileCipher,
  type FileLayout,
  fileHeaderBytes,
  layoutOfSealed,
  sealedChunkBytes,
} from './file-format.ts';
import type { FilePart } from './file-parts.ts';

export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array>;

/** Seals a whole file, header first. Input and output are pieces of any size; it holds one chunk at a time. */
export async function* sealFile(
  cipher: FileCipher,
  plaintext: ByteSource,
): AsyncGenerator<Uint8Array, void, void> {
  yield cipher.header;
  for await (const { index, final, pieces } of chunked(plaintext, chunkBytes)) {
    yield* await cipher.seal(index, final, pieces);
  }
}

/**
 * Seals one part of a multipart upload. Parts can be sealed in any order and repeatedly; see `planParts`.
 *
 * @param plaintext exactly the bytes of the part
 * @throws RangeError if it has more or fewer bytes: the file is not the one that the parts were planned for
 */
export async function* sealPart(
  cipher: FileCipher,
  part: FilePart,
  plaintext: ByteSource,
): AsyncGenerator<Uint8Array, void, void> {
  if (part.number === 1) yield cipher.header;
  const { firstChunk, chunks, last, start, end } = part;
  let left = end - start;
  for await (const { index, final, pieces } of chunked(plaintext, chunkBytes, firstChunk)) {
    left -= lengthOf(pieces);
    if (final !== (index === firstChunk + chunks - 1) || (final && left !== 0)) {
      throw new RangeError(`part ${part.number} does not have ${end - start} bytes`);
    }
    yield* await cipher.seal(index, final && last, pieces);
  }
}

/**
 * The plaintext of a whole sealed file. Each piece is yielded only after it was verified, so an altered file gives
 * what comes before the fault and then throws.
 *
 * @param openHeader takes the file's first bytes; see `fileCipher`
 * @throws Tampered @throws UnsupportedSuite
 */
export async function* openFile(
  openHeader: (header: Uint8Array) => FileCipher,
  sealed: ByteSource,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = new PieceReader(sealed);
  try {
    const cipher = openHeader(await reader.take(fileHeaderBytes));
    for await (const { index, final, pieces } of chunked(reader, sealedChunkBytes)) {
      yield* await cipher.open(index, final, pieces);
    }
  } finally {
    await reader.close();
  }
}

/** Of the plaintext, in bytes; `end` is not part of it. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Where a sealed file can be read piece by piece. */
export type SealedFile = {
  readonly sealedSize: number;
  /** Exactly the bytes from `start` up to `end`, in pieces of any size. */
  read(start: number, end: number): ByteSource | Promise<ByteSource>;
};

/** Reads ranges of one sealed file, verified. */
export class FileReader {
  readonly layout: FileLayout;
  readonly #file: SealedFile;
  readonly #openHeader: (header: Uint8Array) => FileCipher;
  #cipher: Promise<FileCipher> | undefined;

  /** @throws Tampered for a size that no sealed file has */
  constructor(openHeader: (header: Uint8Array) => FileCipher, file: SealedFile) {
    this.#openHeader = openHeader;
    this.#file = file;
    this.layout = layoutOfSealed(file.sealedSize);
  }

  /**
   * The first read verifies the final chunk too: only that shows that the file was not cut.
   *
   * @throws RangeError for a range that is not within the file
   * @throws Tampered @throws UnsupportedSuite
   */
  async *read({ start, end }: ByteRange): AsyncGenerator<Uint8Array, void, void> {
    const { size, sealedSize, chunks } = this.layout;
    const integers = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!integers || start < 0 || end < start || end > size) throw new RangeError('not a range of the file');
    const cipher = await this.#opened();
    if (start === end) return;
    const first = Math.floor(start / chunkBytes);
    const last = Math.floor((end - 1) / chunkBytes);
    const to = Math.min(chunkOffset(last + 1), sealedSize);
    const source = await this.#file.read(chunkOffset(first), to);
    for await (const { index, final, pieces } of chunked(source, sealedChunkBytes, first)) {
      if (index > last || final !== (index === last)) throw new Tampered();
      const plaintext = await cipher.open(index, index === chunks - 1, pieces);
      const [upToEnd] = cut(plaintext, end - index * chunkBytes);
      yield* cut(upToEnd, Math.max(0, start - index * chunkBytes))[1];
    }
  }

  /** Asked for once; a failed ask is not remembered. */
  #opened(): Promise<FileCipher> {
    if (this.#cipher) return this.#cipher;
    const opening = this.#open();
    opening.catch(() => {
      this.#cipher = undefined;
    });
    this.#cipher = opening;
    return opening;
  }

  async #open(): Promise<FileCipher> {
    const { chunks, sealedSize } = this.layout;
    const cipher = this.#openHeader(await this.#readAll(0, fileHeaderBytes));
    await cipher.open(chunks - 1, true, [await this.#readAll(chunkOffset(chunks - 1), sealedSize)]);
    return cipher;
  }

  async #readAll(start: number, end: number): Promise<Uint8Array> {
    const reader = new PieceReader(await this.#file.read(start, end));
    try {
      return await reader.take(end - start);
    } finally {
      await reader.close();
    }
  }
}

/** For what takes Web Streams, in a browser too old for `ReadableStream.from` as well. */
export function toReadableStream(source: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await source.return();
      },
    },
    { highWaterMark: 0 },
  );
}

type Chunk = { readonly index: number; readonly final: boolean; readonly pieces: Pieces };

/** Chunks of one size out of pieces of any size. At least one, which may be empty; the last is told from the others. */
async function* chunked(
  source: ByteSource | PieceReader,
  size: number,
  from = 0,
): AsyncGenerator<Chunk, void, void> {
  const reader = source instanceof PieceReader ? source : new PieceReader(source);
  try {
    for (let index = from; ; index++) {
      const pieces = await reader.upTo(size);
      const final = await reader.atEnd();
      yield { index, final, pieces };
      if (final) return;
    }
  } finally {
    await reader.close();
  }
}

/** Takes lengths out of pieces of any size, without copying them. */
class PieceReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();
  #done = false;

  constructor(source: ByteSource) {
    this.#source = iteratorOf(source);
  }

  /** @throws Tampered where there is less */
  async take(length: number): Promise<Uint8Array> {
    const pieces = await this.upTo(length);
    if (lengthOf(pieces) < length) throw new Tampered();
    return concat(...pieces);
  }

  async upTo(length: number): Promise<Pieces> {
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0 && !(await this.atEnd())) {
      const part = this.#piece.subarray(0, missing);
      this.#piece = this.#piece.subarray(part.length);
      pieces.push(part);
      missing -= part.length;
    }
    return pieces;
  }

  async atEnd(): Promise<boolean> {
    while (this.#piece.length === 0 && !this.#done) {
      const next = await this.#source.next();
      if (next.done) this.#done = true;
      else this.#piece = next.value;
    }
    return this.#piece.length === 0;
  }

  async close(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#source.return?.();
  }
}

function iteratorOf(source: ByteSource): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  return readerIterator(source);
}

/** Safari's ReadableStream is not iterable. */
function readerIterator(stream: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done: false, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
