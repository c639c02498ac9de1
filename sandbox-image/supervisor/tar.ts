/** A folder, or a file whose content must be read before the next entry is requested. */
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

type Header = { readonly type: 'folder' | 'file'; readonly path: string; readonly sizeBytes: number };

const blockBytes = 512;
/** Maximum size of a pax header, which holds a path. */
const maxPaxBytes = 16 * 1024;
const maxPathBytes = 4096;
const maxPaddingBytes = 1024 * 1024;

/**
 * Reads the entries of an archive as sandbox-image/builder/bundle.py packs them: folders and regular files in ustar
 * format, with pax headers for paths that do not fit. The archive was created where foreign bytes were handled, so
 * everything else that tar supports is rejected: links, devices, sparse files, paths that lead out of the folder.
 *
 * @throws BadArchive
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new Reader(source);
  for (;;) {
    const header = await readHeader(reader);
    if (!header) return reader.drain();
    if (header.type === 'folder') yield { type: 'folder', path: header.path };
    else yield* readFile(reader, header);
  }
}

async function* readFile(reader: Reader, { path, sizeBytes }: Header): AsyncGenerator<TarEntry> {
  let read = false;
  const content = async function* () {
    read = true;
    yield* reader.upTo(sizeBytes);
  };
  yield { type: 'file', path, sizeBytes, content };
  if (!read) throw new Error('the content of the previous entry was not read');
  await reader.exactly(padding(sizeBytes));
}

/** Returns the next header, or undefined at the end of the archive. @param paxPath from the pax header before it */
async function readHeader(reader: Reader, paxPath?: string): Promise<Header | undefined> {
  const block = await reader.exactly(blockBytes);
  // Two empty blocks mark the end; padding up to 10 KiB follows.
  if (block.every((byte) => byte === 0)) return undefined;
  verifyChecksum(block);
  const sizeBytes = octalField(block, 124, 12);
  const type = String.fromCharCode(block[156] ?? 0);
  if (type === 'x') {
    if (paxPath !== undefined) throw new BadArchive('two pax headers for one entry');
    return readHeader(reader, await readPaxPath(reader, sizeBytes));
  }
  const path = safePath(paxPath ?? textField(block, 0, 100));
  if (textField(block, 345, 155) !== '') throw new BadArchive('non-empty ustar prefix');
  return { type: entryType(type, sizeBytes), path, sizeBytes };
}

function entryType(type: string, sizeBytes: number): Header['type'] {
  if (type === '0') return 'file';
  if (type !== '5') throw new BadArchive('neither a folder nor a regular file');
  if (sizeBytes > 0) throw new BadArchive('a folder with content');
  return 'folder';
}

/** Returns a path that can be joined to a folder without leading out of it. */
function safePath(path: string): string {
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
    throw new BadArchive('unsafe path');
  if (Buffer.byteLength(path) > maxPathBytes) throw new BadArchive('path too long');
  return parts.join('/');
}

async function readPaxPath(reader: Reader, sizeBytes: number): Promise<string> {
  if (sizeBytes > maxPaxBytes) throw new BadArchive('pax header too large');
  const header = await reader.exactly(sizeBytes);
  await reader.exactly(padding(sizeBytes));
  const path = [...paxRecords(header)].at(-1);
  if (path === undefined) throw new BadArchive('pax header without a path');
  return path;
}

/** Yields the value of each record `length path=value\n`. */
function* paxRecords(header: Buffer): Generator<string> {
  for (let at = 0; at < header.length; ) {
    const [, length = ''] = /^(\d{1,5}) /.exec(header.toString('latin1', at, at + 6)) ?? [];
    const record = header.subarray(at + length.length + 1, at + Number(length));
    const equals = record.indexOf('=');
    if (!length || record.at(-1) !== 0x0a || equals < 0) throw new BadArchive('malformed pax record');
    if (record.toString('latin1', 0, equals) !== 'path') throw new BadArchive('unsupported pax record');
    yield decode(record.subarray(equals + 1, -1));
    at += Number(length);
  }
}

function verifyChecksum(block: Buffer): void {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== octalField(block, 148, 8)) throw new BadArchive('header checksum mismatch');
}

function octalField(block: Buffer, at: number, length: number): number {
  const digits = textField(block, at, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw new BadArchive('invalid octal number');
  return Number.parseInt(digits, 8);
}

function textField(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadArchive('header is not UTF-8');
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

  /** Reads the rest of the source, so that its stream completes. */
  async drain(): Promise<void> {
    let size = this.#rest.length;
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done) return;
      size += value.length;
      if (size > maxPaddingBytes) throw new BadArchive('too much data after the end of the archive');
    }
  }

  async *upTo(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#source.next();
        if (done) throw new BadArchive('truncated archive');
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}
