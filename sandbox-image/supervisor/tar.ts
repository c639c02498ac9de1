/** A folder, or a file with its content, which is to be read before the next entry is asked for. */
export type TarEntry =
  | { readonly type: 'folder'; readonly path: string }
  | {
      readonly type: 'file';
      readonly path: string;
      readonly sizeBytes: number;
      content(): AsyncIterable<Buffer>;
    };

export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}

const blockBytes = 512;
/** Of extended headers, which hold a path. */
const maxHeaderBytes = 16 * 1024;
const maxPaddingBytes = 1024 * 1024;

/**
 * The entries of an archive as sandbox-image/builder/bundle.py packs them: folders and regular files of the ustar format,
 * with pax headers for paths that it has no room for. It was made where foreign bytes were handled, so whatever else an
 * archive can hold is refused: links, devices, sparse files, paths that lead elsewhere.
 *
 * @throws BadArchive
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new Reader(source);
  let longPath: string | undefined;
  for (;;) {
    const header = await reader.exactly(blockBytes);
    // The end: what follows is padding, to 10 KiB.
    if (header.every((byte) => byte === 0)) return reader.drain();
    checkSum(header);
    const sizeBytes = number(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') {
      if (sizeBytes > maxHeaderBytes || longPath !== undefined) throw new BadArchive('an odd header');
      longPath = pathOf(await reader.exactly(sizeBytes));
      await reader.exactly(padding(sizeBytes));
      continue;
    }
    const path = safe(longPath ?? text(header, 0, 100));
    longPath = undefined;
    if (text(header, 345, 155) !== '') throw new BadArchive('an odd header');
    if (type === '5' && sizeBytes === 0) yield { type: 'folder', path };
    else if (type === '0') {
      let read = false;
      const content = async function* () {
        read = true;
        yield* reader.upTo(sizeBytes);
      };
      yield { type: 'file', path, sizeBytes, content };
      if (!read) throw new Error('the file before was not read');
      await reader.exactly(padding(sizeBytes));
    } else throw new BadArchive('neither a folder nor a regular file');
  }
}

/** The path as it may be joined to a folder. */
function safe(path: string): string {
  const parts = path.replace(/\/$/, '').split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'));
  if (odd || Buffer.byteLength(path) > 4096) throw new BadArchive('a path that leads elsewhere');
  return parts.join('/');
}

/** Of a pax header: records `length key=value\n`. */
function pathOf(header: Buffer): string {
  let path: string | undefined;
  for (let at = 0; at < header.length; ) {
    const [, length = ''] = /^(\d{1,5}) /.exec(header.toString('latin1', at, at + 6)) ?? [];
    const record = header.subarray(at + length.length + 1, at + Number(length));
    const equals = record.indexOf('=');
    if (!length || record.at(-1) !== 0x0a || equals < 0) throw new BadArchive('an odd header');
    if (record.toString('latin1', 0, equals) !== 'path') throw new BadArchive('an odd header');
    path = decode(record.subarray(equals + 1, -1));
    at += Number(length);
  }
  if (path === undefined) throw new BadArchive('an odd header');
  return path;
}

function checkSum(header: Buffer): void {
  const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== number(header, 148, 8)) throw new BadArchive('a header was damaged');
}

function number(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw new BadArchive('an odd header');
  return Number.parseInt(digits, 8);
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadArchive('a path that is no UTF-8');
  }
}

function padding(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.upTo(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Reads on to the end of the source, so that it ends in order. */
  async drain(): Promise<void> {
    let size = this.#rest.length;
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done) return;
      size += value.length;
      if (size > maxPaddingBytes) throw new BadArchive('too much behind its end');
    }
  }

  async *upTo(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#source.next();
        if (done) throw new BadArchive('the archive was cut off');
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}
