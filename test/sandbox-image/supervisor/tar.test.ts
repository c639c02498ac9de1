import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../../sandbox-image/supervisor/tar.ts';

type Fields = {
  readonly path?: string | Buffer;
  readonly size?: string;
  readonly type?: string;
  readonly prefix?: string;
  readonly checksum?: string;
};

/** Returns a ustar header block ("pax", POSIX.1-2017). */
function header({ path = 'file', size = '00000000000', type = '0', prefix = '', checksum }: Fields): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(path).copy(block, 0);
  block.write(size, 124);
  block.write(type, 156);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number) => value.toString(8).padStart(11, '0');

function padded(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function file(path: string, content: string, fields: Fields = {}): Buffer {
  const size = octal(Buffer.byteLength(content));
  return Buffer.concat([header({ path, size, ...fields }), padded(content)]);
}

function pax(records: string | Buffer): Buffer {
  return Buffer.concat([header({ type: 'x', size: octal(Buffer.from(records).length) }), padded(records)]);
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (length !== Buffer.byteLength(`${length}${rest}`)) length = Buffer.byteLength(`${length}${rest}`);
  return `${length}${rest}`;
}

const end = Buffer.alloc(1024);

async function* chunksOf(archive: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

async function read(archive: Buffer, chunkBytes = 512): Promise<string[]> {
  const entries: string[] = [];
  for await (const entry of readTar(chunksOf(archive, chunkBytes))) {
    if (entry.type === 'folder') entries.push(`${entry.path}/`);
    else entries.push(`${entry.path}=${await buffer(entry.content())}`);
  }
  return entries;
}

describe('readTar', () => {
  const long = `${'deep/'.repeat(40)}ü.py`;
  const archive = Buffer.concat([
    header({ path: 'folder/', type: '5' }),
    file('folder/a.txt', 'a'),
    file('empty', ''),
    pax(record('path', long)),
    file('truncated name', 'x'.repeat(512)),
    end,
  ]);

  test.each([1, 7, 512, 100_000])('reads files and folders in chunks of %i bytes', async (chunkBytes) => {
    const entries = ['folder/', 'folder/a.txt=a', 'empty=', `${long}=${'x'.repeat(512)}`];
    expect(await read(archive, chunkBytes)).toEqual(entries);
  });

  test('reads padding after the end', async () => {
    expect(await read(Buffer.concat([file('a', 'b'), end, Buffer.alloc(8192)]))).toEqual(['a=b']);
  });

  test('uses the last path of a pax header', async () => {
    const twice = record('path', 'one') + record('path', 'two');
    expect(await read(Buffer.concat([pax(twice), file('a', 'b'), end]))).toEqual(['two=b']);
  });

  const entry = file('a', 'b');
  test.each<[fault: string, archive: Buffer]>([
    ['pax header too large', header({ type: 'x', size: octal(16 * 1024 + 1) })],
    [
      'two pax headers for one entry',
      Buffer.concat([pax(record('path', 'a')), pax(record('path', 'b')), entry]),
    ],
    ['pax header without a path', Buffer.concat([pax(''), entry])],
    ['malformed pax record', Buffer.concat([pax('no length'), entry])],
    ['malformed pax record', Buffer.concat([pax('9 path=a'), entry])],
    ['malformed pax record', Buffer.concat([pax('8 path a\n'), entry])],
    ['unsupported pax record', Buffer.concat([pax(record('linkpath', '/etc/passwd')), entry])],
    ['unsupported pax record', Buffer.concat([pax(record('path', 'a') + record('size', '1')), entry])],
    ['non-empty ustar prefix', file('a', 'b', { prefix: 'folder' })],
    ['invalid octal number', header({ size: '0000000000x' })],
    ['invalid octal number', header({ size: '' })],
    ['invalid octal number', header({ checksum: '        ' })],
    ['header checksum mismatch', header({ checksum: '000001\0 ' })],
    ['header is not UTF-8', header({ path: Buffer.of(0xff) })],
    ['header is not UTF-8', pax(Buffer.from('9 path=\xff\n', 'latin1'))],
    ['unsafe path', file('../a', 'b')],
    ['unsafe path', file('/a', 'b')],
    ['unsafe path', file('a//b', 'b')],
    ['unsafe path', file('./a', 'b')],
    ['unsafe path', file('', 'b')],
    ['unsafe path', Buffer.concat([pax(record('path', 'a\0b')), entry])],
    ['path too long', Buffer.concat([pax(record('path', 'a/'.repeat(2049))), entry])],
    ['neither a folder nor a regular file', header({ type: '2' })],
    ['neither a folder nor a regular file', header({ type: 'g' })],
    ['a folder with content', file('a', 'b', { type: '5' })],
    ['truncated archive', entry],
    ['truncated archive', entry.subarray(0, 100)],
    ['truncated archive', file('a', 'b'.repeat(600)).subarray(0, 1024)],
    ['too much data after the end of the archive', Buffer.concat([entry, end, Buffer.alloc(2 << 20)])],
  ])('rejects an archive with the reason "%s"', async (fault, archive) => {
    await expect(read(archive)).rejects.toMatchObject({ name: 'BadArchive', message: fault });
  });

  test('fails if the content of an entry is skipped', async () => {
    const skipAll = async () => {
      for await (const _ of readTar(chunksOf(archive, 512)));
    };
    await expect(skipAll()).rejects.toThrow('the content of the previous entry was not read');
  });
});
